// Any bytes are either a request, an unfinished one, or refused by name; none of it stops the
// process. What was accepted keeps the promises of Request: a clean absolute path and clean query
// values.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "http/parse.hpp"

namespace {

constexpr ropenet::http::ParseLimits kLimits{.header_bytes_max = 512, .body_bytes_max = 256};

bool is_clean(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}

void check_path(std::string_view path) {
    ROPE_CHECK(path.starts_with('/'));
    ROPE_CHECK(is_clean(path));
    ROPE_CHECK(path.find("/../") == std::string_view::npos && !path.ends_with("/.."));
    ROPE_CHECK(path.find("//") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ropenet::BytesView bytes{data, size};
    const auto target = ropenet::http::parse_target(ropenet::text_of(bytes));
    if (target) {
        check_path(target->path);
        for (const auto& [name, value] : target->query) {
            ROPE_CHECK(is_clean(name) && is_clean(value));
        }
    }
    const auto request = ropenet::http::parse_request(bytes, kLimits);
    if (request) {
        check_path(request->path);
        ROPE_CHECK(request->body.size() <= kLimits.body_bytes_max);
        ROPE_CHECK(request->query.size() <= ropenet::http::kQueryPairsMax);
    }
    return 0;
}
