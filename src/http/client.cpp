#include "http/client.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "http/wire.hpp"

namespace ropenet::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using Tcp = net::ip::tcp;
using ResponseParser = beast::http::response_parser<BodyType>;

namespace {

struct Place {
    std::string host;  // without brackets
    std::string port;
    std::string authority;  // for the Host field and for people
    bool tls = false;
};

Result<Place> place_from(std::string_view url) {
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kTls = "https://";
    const auto bad = [&](std::string_view why) {
        return fail(ErrorCode::invalid, "'" + std::string{url} +
                                            "' is no node address: " + std::string{why} +
                                            " (expected http://host:port or https://host:port)");
    };
    const bool tls = url.starts_with(kTls);
    if (!tls && !url.starts_with(kPlain)) return bad("it must begin with http:// or https://");
    std::string_view rest = url.substr(tls ? kTls.size() : kPlain.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos) {
        return bad("it must be a host and a port only");
    }
    const std::size_t bracket = rest.rfind(']');
    const std::size_t colon = rest.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    std::string_view host = has_port ? rest.substr(0, colon) : rest;
    const std::string_view port = has_port ? rest.substr(colon + 1) : tls ? "443" : "80";
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number == 0) {
        return bad("the port is not a number from 1 to 65535");
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return bad("the host is empty");
    return Place{.host = std::string{host},
                 .port = std::string{port},
                 .authority = std::string{rest},
                 .tls = tls};
}

bool repeats_safely(std::string_view method) {
    for (const std::string_view safe : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
        if (method == safe) return true;
    }
    return false;
}

bool has_control(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
    }
    return false;
}

/// Refuses what would end its line early, so that nobody's text becomes a second request.
Result<std::string> request_head(const ClientRequest& request, const std::string& authority) {
    const bool spaced = request.target.find(' ') != std::string::npos;
    if (!request.target.starts_with('/') || spaced || has_control(request.target)) {
        return fail(ErrorCode::invalid, "'" + request.target + "' is no request target");
    }
    std::string out = request.method + ' ' + request.target + " HTTP/1.1\r\nHost: " + authority +
                      "\r\nUser-Agent: ropenet\r\n";
    for (const auto& [name, value] : request.headers) {
        if (has_control(name) || has_control(value)) {
            return fail(ErrorCode::invalid,
                        "the header field " + name + " holds a control character");
        }
        out += name + ": " + value + "\r\n";
    }
    const bool writes = request.method != "GET" && request.method != "HEAD";
    if (writes || !request.body.empty()) {
        out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return out += "\r\n";
}

std::string seconds_text(std::chrono::milliseconds time) {
    return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() % 1000 / 100) +
           " s";
}

constexpr unsigned kOk = 200;

enum class Phase : std::uint8_t { send, receive };

/// How one attempt on one connection ended.
struct Attempt {
    boost::system::error_code error;
    Phase phase = Phase::send;
    bool any_sent = false;
    bool any_received = false;
};

}  // namespace

struct Client::Impl {
    Place place;
    ClientConfig config;
    net::io_context io{1};
    std::optional<beast::tcp_stream> stream;
    std::optional<net::ssl::context> authorities;                    // of https:// only
    std::optional<net::ssl::stream<beast::tcp_stream&>> tls_stream;  // over `stream`
    beast::flat_buffer buffer;
    bool arrived = false;  // any of the last request may have

    /// Runs what was started until it is done; everything here happens on the caller's thread.
    void wait() {
        io.restart();
        io.run();
    }

    /// Runs `use` on the stream that carries the bytes.
    template <typename Use>
    void on_stream(Use use) {
        if (tls_stream) return use(*tls_stream);
        use(*stream);
    }
    void hang_up() {
        tls_stream.reset();
        stream.reset();
    }

    Result<void> connect();
    Result<void> load_authorities();
    Result<void> shake_hands();
    Error untrusted(const boost::system::error_code& error);
    bool kept_connection_is_usable();
    Attempt send_request(const std::string& head, const ClientRequest& request);
    Attempt attempt(const std::string& head, const ClientRequest& request, ResponseParser& parser);
    Attempt receive(ResponseParser& parser);
    Attempt receive_some(ResponseParser& parser);
    Result<Response> finish(ResponseParser& parser);
    Error explain(const Attempt& attempt, std::chrono::milliseconds time) const;
};

Result<void> Client::Impl::connect() {
    buffer.clear();
    hang_up();
    if (place.tls) ROPE_DO(load_authorities());
    stream.emplace(io);
    boost::system::error_code error;
    Tcp::resolver resolver{io};
    const auto found = resolver.resolve(place.host, place.port, error);
    if (error) {
        hang_up();
        return fail(ErrorCode::unavailable, "no host " + place.host + ": " + error.message());
    }
    stream->expires_after(config.connect_time);
    stream->async_connect(
        found, [&](boost::system::error_code result, const Tcp::endpoint&) { error = result; });
    wait();
    if (!error) {
        boost::system::error_code ignored;
        stream->socket().set_option(Tcp::no_delay{true}, ignored);
        return place.tls ? shake_hands() : Result<void>{};
    }
    hang_up();
    if (error == net::error::connection_refused) {
        return fail(ErrorCode::unavailable,
                    "nothing listens at " + place.authority + ": start a node with `ropenet dev`");
    }
    if (error == beast::error::timeout) {
        return fail(ErrorCode::unavailable, "no connection to " + place.authority + " within " +
                                                seconds_text(config.connect_time));
    }
    return fail(ErrorCode::unavailable,
                "cannot connect to " + place.authority + ": " + error.message());
}

Result<void> Client::Impl::load_authorities() {
    if (authorities) return {};
    authorities.emplace(net::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(authorities->native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    if (config.ca_file.empty()) {
        authorities->set_default_verify_paths(error);
    } else {
        authorities->load_verify_file(config.ca_file, error);
    }
    if (error) {
        authorities.reset();
        return fail(ErrorCode::config,
                    config.ca_file + " holds no certificates in PEM: " + error.message());
    }
    authorities->set_verify_mode(net::ssl::verify_peer);
    return {};
}

Result<void> Client::Impl::shake_hands() {
    tls_stream.emplace(*stream, *authorities);
    boost::system::error_code is_no_address;
    net::ip::make_address(place.host, is_no_address);
    // RFC 6066: a name is told to the server, an address is not.
    if (is_no_address) {
        // What the macro SSL_set_tlsext_host_name does, without its cast.
        SSL_ctrl(tls_stream->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                 TLSEXT_NAMETYPE_host_name, place.host.data());
    }
    boost::system::error_code error;
    tls_stream->set_verify_callback(net::ssl::host_name_verification{place.host}, error);
    stream->expires_after(config.connect_time);
    if (!error) {
        tls_stream->async_handshake(net::ssl::stream_base::client,
                                    [&](boost::system::error_code result) { error = result; });
        wait();
    }
    if (!error) return {};
    const Error why = untrusted(error);
    hang_up();
    return Unexpected{why};
}

/// A name that does not fit is the one refusal without a reason of OpenSSL's own.
Error Client::Impl::untrusted(const boost::system::error_code& error) {
    const long verdict = SSL_get_verify_result(tls_stream->native_handle());
    std::string why = "no TLS with " + place.authority + ": ";
    if (error == beast::error::timeout) {
        why += "no handshake within " + seconds_text(config.connect_time);
    } else if (verdict == X509_V_ERR_UNSPECIFIED) {
        why += "its certificate is for another host";
    } else if (verdict != X509_V_OK) {
        why += std::string{"its certificate is not trusted ("} +
               X509_verify_cert_error_string(verdict) +
               "); name its authority with --cacert FILE, if you trust it";
    } else {
        why += error.message() + "; does it speak TLS there?";
    }
    return {.code = ErrorCode::unavailable, .what = why};
}

/// A server that has closed it shows as readable; so does one that sends what nobody asked for.
bool Client::Impl::kept_connection_is_usable() {
    if (!stream) return false;
    boost::system::error_code error;
    Tcp::socket& socket = stream->socket();
    std::uint8_t byte = 0;
    socket.non_blocking(true, error);
    if (error) return false;
    socket.receive(net::buffer(&byte, 1), Tcp::socket::message_peek, error);
    return error == net::error::would_block;
}

Attempt Client::Impl::send_request(const std::string& head, const ClientRequest& request) {
    Attempt result;
    const std::array<net::const_buffer, 2> out{
        net::buffer(head), net::buffer(request.body.data(), request.body.size())};
    on_stream([&](auto& to) {
        net::async_write(to, out, [&](boost::system::error_code error, std::size_t sent) {
            result.error = error;
            result.any_sent = sent > 0;
        });
    });
    wait();
    return result;
}

Attempt Client::Impl::attempt(const std::string& head, const ClientRequest& request,
                              ResponseParser& parser) {
    Attempt result = send_request(head, request);
    // A server may refuse a body before it has read it all, and then answers; so look for that.
    const bool cut = result.error && result.error != beast::error::timeout;
    if (result.error && !(cut && result.any_sent)) return result;
    Attempt received = receive(parser);
    received.any_sent = true;
    return received;
}

Attempt Client::Impl::receive(ResponseParser& parser) {
    Attempt result;
    result.phase = Phase::receive;
    on_stream([&](auto& from) {
        beast::http::async_read(from, buffer, parser,
                                [&](boost::system::error_code error, std::size_t received) {
                                    result.error = error;
                                    result.any_received = received > 0;
                                });
    });
    wait();
    return result;
}

/// The header, or a part of the body.
Attempt Client::Impl::receive_some(ResponseParser& parser) {
    Attempt result;
    result.phase = Phase::receive;
    const auto done = [&](boost::system::error_code error, std::size_t received) {
        result.error = error;
        result.any_received = received > 0;
    };
    on_stream([&](auto& from) {
        if (parser.is_header_done()) {
            beast::http::async_read_some(from, buffer, parser, done);
        } else {
            beast::http::async_read_header(from, buffer, parser, done);
        }
    });
    wait();
    return result;
}

Error Client::Impl::explain(const Attempt& attempt, std::chrono::milliseconds time) const {
    const auto& error = attempt.error;
    if (error == beast::error::timeout) {
        return {.code = ErrorCode::unavailable,
                .what = place.authority + " did not answer within " + seconds_text(time)};
    }
    if (error == beast::http::error::body_limit) {
        return {.code = ErrorCode::busy,
                .what = "the answer of " + place.authority + " is larger than " +
                        std::to_string(config.response_bytes_max) + " bytes"};
    }
    const boost::system::error_code http_kind = beast::http::error::end_of_stream;
    const bool cut =
        error == beast::http::error::end_of_stream || error == beast::http::error::partial_message;
    if (error.category() == http_kind.category() && !cut) {
        return {.code = ErrorCode::invalid,
                .what = place.authority + " did not answer in HTTP: " + error.message()};
    }
    return {.code = ErrorCode::unavailable,
            .what = place.authority + " closed the connection " +
                    (attempt.phase == Phase::send ? "while the request was sent"
                                                  : "before the answer was complete")};
}

Result<Response> Client::Impl::finish(ResponseParser& parser) {
    auto message = parser.release();
    if (!message.keep_alive() || buffer.size() != 0) hang_up();
    Response response;
    response.status = message.result_int();
    for (const auto& field : message) {
        const auto name = field.name_string();
        response.headers.emplace_back(std::string{name.data(), name.size()},
                                      std::string{field.value().data(), field.value().size()});
    }
    response.body = std::move(message.body());
    return response;
}

Client::Client(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::for_url(std::string_view url, ClientConfig config) {
    ROPE_TRY(Place place, place_from(url));
    auto impl = std::make_unique<Impl>();
    impl->place = std::move(place);
    impl->config = config;
    return Client{std::move(impl)};
}

Result<Response> Client::send(const ClientRequest& request) {
    Impl& me = *impl_;
    me.arrived = false;
    ROPE_TRY(const std::string head, request_head(request, me.place.authority));
    const auto time = request.time.count() > 0 ? request.time : me.config.request_time;
    bool fresh = !me.kept_connection_is_usable();
    while (true) {
        if (fresh) {
            if (const auto connected = me.connect(); !connected) {
                return Unexpected{connected.error()};
            }
        }
        me.stream->expires_after(time);
        ResponseParser parser;
        parser.body_limit(me.config.response_bytes_max);
        parser.skip(request.method == "HEAD");
        const Attempt attempt = me.attempt(head, request, parser);
        me.arrived = me.arrived || attempt.any_sent;
        if (!attempt.error) {
            me.stream->expires_never();
            return me.finish(parser);
        }
        me.hang_up();
        const bool harmless = !attempt.any_sent || repeats_safely(request.method);
        const bool timed_out = attempt.error == beast::error::timeout;
        if (fresh || timed_out || attempt.any_received || !harmless) {
            return Unexpected{me.explain(attempt, time)};
        }
        fresh = true;
    }
}

Result<Response> Client::follow(const ClientRequest& request,
                                const std::function<bool(BytesView)>& take) {
    Impl& me = *impl_;
    ROPE_TRY(const std::string head, request_head(request, me.place.authority));
    const auto time = request.time.count() > 0 ? request.time : me.config.request_time;
    if (const auto connected = me.connect(); !connected) return Unexpected{connected.error()};
    ResponseParser parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    me.stream->expires_after(time);
    Attempt attempt = me.send_request(head, request);
    while (!attempt.error && !parser.is_done()) {
        me.stream->expires_after(time);
        attempt = me.receive_some(parser);
        if (parser.is_header_done() && parser.get().result_int() != kOk) {
            if (!attempt.error && !parser.is_done()) attempt = me.receive(parser);
            break;
        }
        Bytes& body = parser.get().body();
        if (!body.empty() && !take(body)) break;
        body.clear();
    }
    const bool ended = !attempt.error || attempt.error == beast::http::error::end_of_stream;
    if (!ended) {
        me.hang_up();
        return Unexpected{me.explain(attempt, time)};
    }
    auto response = me.finish(parser);
    me.hang_up();
    return response;
}

bool Client::may_have_arrived() const {
    return impl_->arrived;
}

Result<Response> Client::get(std::string target) {
    ClientRequest request;
    request.target = std::move(target);
    return send(request);
}

Result<Response> Client::post(std::string target, std::string_view content_type, BytesView body) {
    ClientRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers.emplace_back("Content-Type", std::string{content_type});
    request.body = body;
    return send(request);
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool unreserved =
            letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            out.push_back(c);
            continue;
        }
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 15U]);
    }
    return out;
}

}  // namespace ropenet::http
