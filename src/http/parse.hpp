// From bytes of a stranger to a Request, without a socket: what the server does, for tests and
// fuzzing.
//
// Strict: what two readers could understand differently is refused. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"

namespace ropenet::http {

enum class TargetError : std::uint8_t {
    form,            // neither "/path?query" nor "http://host/path?query"
    character,       // a character that must be percent-encoded
    encoding,        // "%" without two hex digits, or an encoded "/" or "\" in the path
    control,         // NUL or another control character, plain or encoded
    utf8,            // what was decoded is not UTF-8
    segment,         // an empty segment inside the path, "." or ".."
    too_many_pairs,  // more than kQueryPairsMax in the query
};

struct Target {
    std::string path;
    Fields query;
};

/// RFC 3986 path and query; in the query "+" is a space.
Expected<Target, TargetError> parse_target(std::string_view target);

enum class ParseError : std::uint8_t { incomplete, refused };

struct ParseFailure {
    ParseError error = ParseError::incomplete;
    Refusal refusal = Refusal::malformed;  // meaningful with `refused`
};

struct ParseLimits {
    std::uint32_t header_bytes_max = kHeaderBytesMax;
    std::uint64_t body_bytes_max = kBodyBytesMax;
};

/// The first request in `bytes`; what follows it is not looked at.
Expected<Request, ParseFailure> parse_request(BytesView bytes, const ParseLimits& limits = {});

}  // namespace ropenet::http
