#include "http/message.hpp"

#include <algorithm>

namespace ropenet::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string_view> find_field(const Fields& fields, std::string_view name) {
    for (const auto& [field, value] : fields) {
        if (same_name(field, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::find_query(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::find_header(std::string_view name) const {
    return find_field(headers, name);
}

BytesView Response::body_view() const {
    if (const auto* own = std::get_if<Bytes>(&body)) return *own;
    const auto* shared = std::get_if<SharedBytes>(&body);
    if (shared == nullptr || *shared == nullptr) return {};
    return **shared;
}

std::optional<std::string_view> Response::find_header(std::string_view name) const {
    return find_field(headers, name);
}

Response make_response(unsigned status, std::string_view content_type, std::string_view body) {
    return {.status = status,
            .headers = {{"Content-Type", std::string{content_type}}},
            .body = to_bytes(body)};
}

unsigned status_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::malformed:
            return 400;
        case Refusal::request_timeout:
            return 408;
        case Refusal::body_too_large:
            return 413;
        case Refusal::expectation:
            return 417;
        case Refusal::header_too_large:
            return 431;
        case Refusal::no_answer:
            return 500;
        case Refusal::transfer_coding:
            return 501;
        case Refusal::too_many_connections:
        case Refusal::too_many_from_address:
        case Refusal::stopping:
            return 503;
        case Refusal::http_version:
            return 505;
    }
    return 500;
}

std::string_view name_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::malformed:
            return "malformed";
        case Refusal::request_timeout:
            return "request_timeout";
        case Refusal::body_too_large:
            return "body_too_large";
        case Refusal::expectation:
            return "expectation";
        case Refusal::header_too_large:
            return "header_too_large";
        case Refusal::no_answer:
            return "no_answer";
        case Refusal::transfer_coding:
            return "transfer_coding";
        case Refusal::too_many_connections:
            return "too_many_connections";
        case Refusal::too_many_from_address:
            return "too_many_from_address";
        case Refusal::stopping:
            return "stopping";
        case Refusal::http_version:
            return "http_version";
    }
    return "unknown";
}

Response make_problem(Refusal refusal) {
    const std::string body = "{\"status\":" + std::to_string(status_of(refusal)) + ",\"title\":\"" +
                             std::string{name_of(refusal)} + "\"}";
    return make_response(status_of(refusal), "application/problem+json", body);
}

}  // namespace ropenet::http
