// The one place that turns Beast's view of HTTP/1.1 into ours: shared by server, client and
// parse_request.
//
// Private to the module: it includes Beast, which compiles slowly. Pure; any thread.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "http/message.hpp"
#include "http/parse.hpp"

namespace ropenet::http {

using BodyType = boost::beast::http::vector_body<std::uint8_t>;
using RequestParser = boost::beast::http::request_parser<BodyType>;

/// Where the header section ends in what has arrived; absent: more is needed. Refuses as soon as
/// the bytes cannot become a header any more, so that a stray TLS client need not wait for the
/// timeout. `seen` bytes were searched by an earlier call.
Expected<std::optional<std::size_t>, Refusal> find_header_end(BytesView bytes, std::size_t seen,
                                                              std::size_t bytes_max);

struct Head {
    Request request;  // without body and peer
    bool keep_alive = false;
    bool expects_continue = false;
    bool has_body = false;
};

/// Parses exactly the header section. The parser is left ready for the body.
Expected<Head, Refusal> read_head(RequestParser& parser, BytesView header,
                                  std::uint64_t body_bytes_max);

Refusal refusal_of(const boost::system::error_code& error);

enum class AfterAnswer : std::uint8_t { keep, close };

bool status_has_body(unsigned status);

/// `tls_only` tells browsers to use https:// alone from now on (RFC 6797).
enum class Transport : std::uint8_t { any, tls_only };

/// Status line and fields. A character that would break out of its field becomes a space.
std::string response_head(const Response& response, AfterAnswer after, std::string_view date,
                          Transport transport = Transport::any);

/// RFC 9110 section 5.6.7.
std::string http_date(std::int64_t unix_seconds);

}  // namespace ropenet::http
