#include "http/wire.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <chrono>
#include <utility>

namespace ropenet::http {

namespace beast = boost::beast;
using HttpError = beast::http::error;

namespace {

/// A year.
constexpr std::string_view kStrictTransport = "max-age=31536000";

bool is_name(const std::string& name, std::string_view wanted) {
    return beast::iequals(name, beast::string_view{wanted.data(), wanted.size()});
}

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

/// What RFC 9112 lets a server decide from the fields alone, before any body is read.
std::optional<Refusal> fields_refusal(const Fields& fields, unsigned version) {
    std::size_t hosts = 0;
    for (const auto& [name, value] : fields) {
        if (is_name(name, "Host")) ++hosts;
        // Any other coding would leave us without the end of the body (section 6.1).
        if (is_name(name, "Transfer-Encoding") && !is_name(value, "chunked")) {
            return Refusal::transfer_coding;
        }
        if (is_name(name, "Transfer-Encoding") && version < 11) return Refusal::malformed;
        if (is_name(name, "Expect") && !is_name(value, "100-continue")) {
            return Refusal::expectation;
        }
    }
    const bool host_wrong = hosts > 1 || (hosts == 0 && version >= 11);
    if (host_wrong) return Refusal::malformed;
    return std::nullopt;
}

void append_field_text(std::string& out, std::string_view value) {
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    append_field_text(out, name);
    out += ": ";
    append_field_text(out, value);
    out += "\r\n";
}

bool is_framing_field(const std::string& name) {
    for (const std::string_view own :
         {"Content-Length", "Transfer-Encoding", "Connection", "Date", "Server"}) {
        if (is_name(name, own)) return true;
    }
    return false;
}

}  // namespace

Expected<std::optional<std::size_t>, Refusal> find_header_end(BytesView bytes, std::size_t seen,
                                                              std::size_t bytes_max) {
    for (std::size_t i = seen; i < bytes.size(); ++i) {
        if (i == bytes_max) return Unexpected{Refusal::header_too_large};
        const std::uint8_t c = bytes[i];
        const bool after_cr = i > 0 && bytes[i - 1] == '\r';
        const bool bare_line_end = after_cr != (c == '\n');
        const bool control = (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
        if (bare_line_end || control) return Unexpected{Refusal::malformed};
        const bool ends = c == '\n' && i >= 3 && bytes[i - 2] == '\n' && bytes[i - 3] == '\r';
        if (ends) return std::optional{i + 1};
    }
    if (bytes.size() >= bytes_max) return Unexpected{Refusal::header_too_large};
    return std::optional<std::size_t>{};
}

Expected<Head, Refusal> read_head(RequestParser& parser, BytesView header,
                                  std::uint64_t body_bytes_max) {
    // The length was judged by find_header_end, to the byte; Beast's own limit only must not
    // interfere.
    parser.header_limit(static_cast<std::uint32_t>(header.size()) + 1);
    parser.body_limit(body_bytes_max);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(header.data(), header.size()), error);
    if (error) return Unexpected{refusal_of(error)};
    if (!parser.is_header_done()) return Unexpected{Refusal::malformed};

    const auto& message = parser.get();
    if (message.version() != 10 && message.version() != 11) {
        return Unexpected{Refusal::http_version};
    }
    Head head;
    for (const auto& field : message) {
        head.request.headers.emplace_back(text(field.name_string()), text(field.value()));
    }
    if (const auto refusal = fields_refusal(head.request.headers, message.version())) {
        return Unexpected{*refusal};
    }
    const std::string target = text(message.target());
    auto parsed = parse_target(target);
    if (!parsed) return Unexpected{Refusal::malformed};
    Target decoded = *std::move(parsed);
    head.request.method = text(message.method_string());
    head.request.path = std::move(decoded.path);
    head.request.query = std::move(decoded.query);
    head.keep_alive = message.keep_alive() && message.version() == 11;
    head.has_body = !parser.is_done();
    head.expects_continue = head.has_body && head.request.find_header("Expect").has_value();
    return head;
}

Refusal refusal_of(const boost::system::error_code& error) {
    if (error == HttpError::body_limit) return Refusal::body_too_large;
    if (error == HttpError::header_limit) return Refusal::header_too_large;
    if (error == HttpError::bad_version) return Refusal::http_version;
    return Refusal::malformed;
}

bool status_has_body(unsigned status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string response_head(const Response& response, AfterAnswer after, std::string_view date,
                          Transport transport) {
    const auto reason = beast::http::obsolete_reason(beast::http::int_to_status(response.status));
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ' + text(reason) + "\r\n";
    append_field(out, "Server", "ropenet");
    append_field(out, "Date", date);
    if (transport == Transport::tls_only) {
        append_field(out, "Strict-Transport-Security", kStrictTransport);
    }
    for (const auto& [name, value] : response.headers) {
        if (!is_framing_field(name)) append_field(out, name, value);
    }
    if (status_has_body(response.status) && !response.stream) {
        append_field(out, "Content-Length", std::to_string(response.body_view().size()));
    }
    append_field(out, "Connection", after == AfterAnswer::keep ? "keep-alive" : "close");
    return out += "\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds time{std::chrono::seconds{unix_seconds}};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    const auto two = [](auto number) {
        const std::string digits = std::to_string(static_cast<unsigned>(number));
        return digits.size() < 2 ? '0' + digits : digits;
    };
    std::string out = kDays.at(std::chrono::weekday{day}.c_encoding());
    out += ", " + two(unsigned{date.day()}) + ' ';
    out += kMonths.at(unsigned{date.month()} - 1);
    out += ' ' + std::to_string(int{date.year()}) + ' ' + two(clock.hours().count()) + ':' +
           two(clock.minutes().count()) + ':' + two(clock.seconds().count()) + " GMT";
    return out;
}

Expected<Request, ParseFailure> parse_request(BytesView bytes, const ParseLimits& limits) {
    const auto refused = [](Refusal refusal) {
        return Unexpected{ParseFailure{.error = ParseError::refused, .refusal = refusal}};
    };
    const auto end = find_header_end(bytes, 0, limits.header_bytes_max);
    if (!end) return refused(end.error());
    if (!*end) return Unexpected{ParseFailure{}};
    RequestParser parser;
    auto read = read_head(parser, bytes.first(**end), limits.body_bytes_max);
    if (!read) return refused(read.error());
    Head head = *std::move(read);

    parser.eager(true);
    BytesView rest = bytes.subspan(**end);
    while (!parser.is_done()) {
        if (rest.empty()) return Unexpected{ParseFailure{}};
        boost::system::error_code error;
        const std::size_t used = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
        rest = rest.subspan(used);
        if (error == HttpError::need_more) return Unexpected{ParseFailure{}};
        if (error) return refused(refusal_of(error));
        if (used == 0) return Unexpected{ParseFailure{}};
    }
    head.request.body = std::move(parser.get().body());
    return std::move(head.request);
}

}  // namespace ropenet::http
