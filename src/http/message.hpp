// A request and a response as plain values: what handlers, clients and tests exchange.
//
// Knows no ledger and no library. Nothing here is shared between threads but an immutable body.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "http/body_stream.hpp"

namespace ropenet::http {

/// Names as they arrived, in their order.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The first field of that name, in any case of letters.
std::optional<std::string_view> find_field(const Fields& fields, std::string_view name);

struct Request {
    std::string method;
    std::string path;  // decoded: UTF-8, begins with '/', no control character, no "." or ".."
    Fields query;      // decoded, in order
    Fields headers;
    Bytes body;
    std::string peer;  // remote address without port

    /// The first value of that name; names of queries are compared exactly.
    std::optional<std::string_view> find_query(std::string_view name) const;
    std::optional<std::string_view> find_header(std::string_view name) const;
};

/// Bytes that many answers share (embedded files, cached bundles) are not copied.
using SharedBytes = std::shared_ptr<const Bytes>;

struct Response {
    unsigned status = 200;
    Fields
        headers;  // the server adds Content-Length (but to a stream), Date, Server and Connection
    std::variant<Bytes, SharedBytes> body;
    /// Instead of a body. Not for answers that a client receives.
    std::optional<BodyStream> stream = std::nullopt;

    BytesView body_view() const;
    std::string_view body_text() const { return text_of(body_view()); }
    std::optional<std::string_view> find_header(std::string_view name) const;
};

Response make_response(unsigned status, std::string_view content_type, std::string_view body);

/// Why the server answered itself, without asking a handler.
enum class Refusal : std::uint8_t {
    malformed,              // 400: not HTTP, contradictory lengths, a target that cannot be read
    request_timeout,        // 408: header or body did not arrive in time
    body_too_large,         // 413
    expectation,            // 417: an Expect other than 100-continue
    header_too_large,       // 431
    no_answer,              // 500: a handler dropped its Responder
    transfer_coding,        // 501: a transfer coding other than chunked
    too_many_connections,   // 503
    too_many_from_address,  // 503
    stopping,               // 503
    http_version,           // 505
};

unsigned status_of(Refusal refusal);
std::string_view name_of(Refusal refusal);

/// The answer to a refused request where no other text is supplied: RFC 9457, two members.
Response make_problem(Refusal refusal);

}  // namespace ropenet::http
