#include "api/call.hpp"

#include <charconv>

#include "types/limits.hpp"

namespace ropenet::api {
namespace {

std::optional<std::uint64_t> number_from(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

void add_rope_headers(const Call& call, std::uint64_t height, http::Response& response) {
    response.headers.emplace_back("Rope-Height", std::to_string(height));
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    if (is_demo_origin(call.rope->reader.origin())) {
        response.headers.emplace_back("Rope-Demo", "DEMO, no evidential value");
    }
}

OrRefused<ledger::ReadViewPtr> checked(const Call& call, ledger::ReadViewPtr view,
                                       const execution::ReadObject& object) {
    if (call.services.may_read(*view, std::nullopt, object) == execution::ReadDecision::denied) {
        return Unexpected{problem("denied")};
    }
    return view;
}

}  // namespace

OrRefused<ledger::ReadViewPtr> readable_view_at(const Call& call, std::uint64_t height,
                                                const execution::ReadObject& object) {
    auto found = call.rope->reader.at(height);
    if (!found) return Unexpected{problem(found.error())};
    if (!*found) {
        const bool gone = found->error() == ledger::PastError::gone;
        return Unexpected{
            problem(gone ? "height.gone" : "height.future", {.object = std::to_string(height)})};
    }
    return checked(call, **found, object);
}

OrRefused<ledger::ReadViewPtr> readable_view(const Call& call,
                                             const execution::ReadObject& object) {
    const auto asked = call.request.find_query("height");
    if (!asked) return checked(call, call.rope->reader.latest(), object);
    const auto height = number_from(*asked);
    if (!height) return Unexpected{bad_request("height", "a number", "须为数字")};
    return readable_view_at(call, *height, object);
}

http::Response answer(const Call& call, const ledger::ReadView& view, json::Object body,
                      unsigned status) {
    json::Object whole{{"rope", call.rope->name}, {"height", view.height()}};
    for (auto& member : body)
        whole.push_back(std::move(member));
    auto response = http::make_response(status, "application/json",
                                        json::serialize(json::Value{std::move(whole)}) + "\n");
    add_rope_headers(call, view.height(), response);
    return response;
}

http::Response answer_bytes(const Call& call, std::uint64_t height, std::string_view type,
                            BytesView body) {
    auto response = http::make_response(200, type, text_of(body));
    add_rope_headers(call, height, response);
    return response;
}

OrRefused<std::uint64_t> number_query(const Call& call, std::string_view name,
                                      const NumberRange& range) {
    const auto text = call.request.find_query(name);
    if (!text) return range.otherwise;
    const auto value = number_from(*text);
    if (value && *value >= range.least && *value <= range.most) return *value;
    const std::string bounds = std::to_string(range.least) + ".." + std::to_string(range.most);
    return Unexpected{bad_request(name, "a number in " + bounds, "须为 " + bounds + " 内的数字")};
}

OrRefused<std::uint64_t> number_path(const std::string& text, std::string_view name) {
    const auto value = number_from(text);
    if (!value || *value > kIntegerMax) {
        return Unexpected{bad_request(name, "a number", "须为数字")};
    }
    return *value;
}

bool has_media_type(const Call& call, std::string_view type) {
    const auto given = call.request.find_header("Content-Type");
    return given && given->substr(0, given->find(';')) == type;
}

OrRefused<Hash32> hash_path(const std::string& text, std::string_view name) {
    const auto hash = hash32_from_hex(text);
    if (!hash) {
        return Unexpected{bad_request(name, "64 lower-case hex digits", "须为 64 位小写十六进制")};
    }
    return *hash;
}

OrRefused<std::optional<AccountId>> account_query(const Call& call) {
    const auto text = call.request.find_query("account");
    if (!text) return std::optional<AccountId>{};
    const auto account = account_id_from_text(*text);
    if (!account) {
        return Unexpected{
            bad_request("account", "`a` and 32 hex digits", "须为 a 加 32 位十六进制")};
    }
    return account;
}

}  // namespace ropenet::api
