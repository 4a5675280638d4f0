#include "api/problem.hpp"

#include <algorithm>

#include "api/problem_texts.hpp"
#include "base/check.hpp"

namespace ropenet::api {
namespace {

constexpr unsigned kRetryAfterS = 1;

bool asks_to_come_back(unsigned status) {
    return status == 429 || status == 503;
}

}  // namespace

const ProblemText* find_problem(std::string_view code) {
    const auto it = std::ranges::find(kProblems, code, &ProblemText::code);
    return it == kProblems.end() ? nullptr : &*it;
}

ProblemText problem_of(TxError error) {
    const auto it = std::ranges::find(kTxProblems, error, &TxProblem::error);
    ROPE_CHECK(it != kTxProblems.end());
    return it->text;
}

http::Response problem(const ProblemText& text, ProblemDetail detail) {
    json::Object body{{"type", "urn:ropenet:problem:" + std::string{text.code}},
                      {"title", text.title_en},
                      {"title_zh", text.title_zh},
                      {"status", text.status},
                      {"code", text.code},
                      {"detail", detail.en.empty() ? std::string{text.title_en} : detail.en},
                      {"detail_zh", detail.zh.empty() ? std::string{text.title_zh} : detail.zh},
                      {"next", text.next_en},
                      {"next_zh", text.next_zh}};
    if (!detail.object.empty()) body.emplace_back("object", std::move(detail.object));
    for (auto& member : detail.more)
        body.push_back(std::move(member));
    auto response = http::make_response(text.status, "application/problem+json",
                                        json::serialize(json::Value{std::move(body)}) + "\n");
    if (asks_to_come_back(text.status)) {
        response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterS));
    }
    return response;
}

http::Response problem(std::string_view code, ProblemDetail detail) {
    const ProblemText* text = find_problem(code);
    ROPE_CHECK(text != nullptr);
    return problem(*text, std::move(detail));
}

http::Response problem(const Error&) {
    return problem("storage");
}

http::Response problem(admission::Refused refused) {
    return problem(name_of(refused));
}

http::Response bad_request(std::string_view object, std::string_view en, std::string_view zh) {
    return problem("request.bad", {.en = std::string{object} + ": " + std::string{en},
                                   .zh = std::string{object} + "：" + std::string{zh},
                                   .object = std::string{object}});
}

}  // namespace ropenet::api
