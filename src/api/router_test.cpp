// Goal: what the table of routes and the permission to read decide. Method: the pure parts, without
// a server; the rest is tested against a real node.
#include "api/router.hpp"

#include <gtest/gtest.h>

#include <set>

#include "api/call.hpp"
#include "api/problem_texts.hpp"
#include "state/testing/fake_state.hpp"
#include "system/rules.hpp"

namespace ropenet::api {
namespace {

std::string code_of(const http::Response& response) {
    const auto body = json::parse(response.body_text());
    const json::Value* code = body ? body->find("code") : nullptr;
    return code == nullptr || code->as_string() == nullptr ? std::string{} : *code->as_string();
}

TEST(ProblemTest, every_code_is_in_two_languages_with_a_next_step) {
    std::set<std::string_view> codes;
    const auto check = [&](const ProblemText& text) {
        EXPECT_TRUE(codes.insert(text.code).second) << text.code;
        EXPECT_GE(text.status, 400U);
        EXPECT_FALSE(text.title_en.empty() || text.title_zh.empty() || text.next_en.empty() ||
                     text.next_zh.empty())
            << text.code;
    };
    for (const auto& text : kProblems)
        check(text);
    for (const auto& item : kTxProblems)
        check(item.text);
}

TEST(ProblemTest, every_reason_of_a_tx_has_its_own_code) {
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(TxError::unknown_account); ++i) {
        const auto error = static_cast<TxError>(i);
        EXPECT_EQ(problem_of(error).code, "tx." + std::string{name_of(error)});
    }
}

TEST(ProblemTest, every_refused_submission_has_a_code_and_says_when_to_come_back) {
    using admission::Refused;
    for (const auto refused : {Refused::full, Refused::account_share, Refused::refusal_quota,
                               Refused::id_window_full, Refused::stopping, Refused::storage}) {
        const auto response = problem(refused);
        EXPECT_EQ(code_of(response), name_of(refused));
        EXPECT_TRUE(response.find_header("Retry-After"));
    }
}

TEST(ProblemTest, a_storage_error_says_nothing_of_paths) {
    const auto response = problem(Error{.code = ErrorCode::io, .what = "/secret/path"});
    EXPECT_EQ(response.status, 503U);
    EXPECT_EQ(response.body_text().find("/secret"), std::string_view::npos);
}

TEST(RouterTest, names_every_operation_once) {
    std::set<std::string_view> operations;
    for (const RouteName& route : route_names()) {
        EXPECT_TRUE(operations.insert(route.operation).second) << route.operation;
    }
}

}  // namespace
}  // namespace ropenet::api
