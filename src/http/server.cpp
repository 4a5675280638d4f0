#include "http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "concurrency/named_thread.hpp"
#include "http/registry.hpp"
#include "http/session.hpp"

namespace ropenet::http {

namespace net = boost::asio;
using Tcp = net::ip::tcp;

namespace {

/// When the process has no file descriptor left, accepting again at once would only spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::optional<std::uint16_t> port_from(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{port} : std::nullopt;
}

Result<Tcp::endpoint> endpoint_from(std::string_view address) {
    const auto bad = [&] {
        return fail(ErrorCode::config, "'" + std::string{address} +
                                           "' is no listen address: expected 127.0.0.1:8080, "
                                           "localhost:0 or [::1]:8080");
    };
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return bad();
    std::string host{address.substr(0, colon)};
    const auto port = port_from(address.substr(colon + 1));
    if (!port) return bad();
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    boost::system::error_code error;
    const auto ip = net::ip::make_address(host, error);
    if (error || ip.is_v6() != bracketed) return bad();
    return Tcp::endpoint{ip, *port};
}

std::string text_of_endpoint(const Tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    const std::string port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

/// IPv4 written as IPv6 is counted and shown as IPv4.
net::ip::address plain_address(const net::ip::address& address) {
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    if (!mapped) return address;
    return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
}

PeerKey peer_key(const net::ip::address& address) {
    if (address.is_v4() || address.is_loopback()) {
        return {.text = address.to_string(), .loopback = address.is_loopback()};
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return {.text = net::ip::address_v6{bytes}.to_string() + "/64", .loopback = false};
}

Result<Tcp::acceptor> listen(net::io_context& io, const Tcp::endpoint& endpoint) {
    boost::system::error_code error;
    Tcp::acceptor acceptor{net::make_strand(io)};
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(net::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (error) {
        return fail(ErrorCode::unavailable,
                    "cannot listen on " + text_of_endpoint(endpoint) + ": " + error.message());
    }
    return acceptor;
}

/// Not on loopback: a browser would keep it for every port of the name localhost.
Transport transport_of(const ServerConfig& config) {
    return config.tls && !is_loopback_address(config.address) ? Transport::tls_only
                                                              : Transport::any;
}

}  // namespace

bool is_loopback_address(std::string_view address) {
    const auto endpoint = endpoint_from(address);
    return endpoint && plain_address(endpoint->address()).is_loopback();
}

struct Server::Impl {
    Impl(ServerConfig given, Handler handles, Log& log, Meter& meter)
        : config{std::move(given)},
          handler{std::move(handles)},
          registry{config},
          context{.config = config,
                  .handler = handler,
                  .log = log,
                  .meter = meter,
                  .registry = registry,
                  .gate = std::make_shared<Gate>(),
                  .transport = transport_of(config)} {}

    Result<void> open();
    void accept();
    void welcome(Tcp::socket socket);
    void stop();

    ServerConfig config;
    Handler handler;
    Registry registry;
    SessionContext context;
    std::optional<net::io_context> io{std::in_place};
    /// A session whose answer is due has nothing under way; its threads must not go home for that.
    std::optional<net::executor_work_guard<net::io_context::executor_type>> work{
        io->get_executor()};
    std::optional<Tcp::acceptor> acceptor;
    std::optional<net::steady_timer> pause;
    std::string address;
    std::vector<NamedThread> threads;
};

Result<void> Server::Impl::open() {
    ROPE_TRY(const Tcp::endpoint wanted, endpoint_from(config.address));
    ROPE_TRY(Tcp::acceptor opened, listen(*io, wanted));
    boost::system::error_code error;
    const auto bound = opened.local_endpoint(error);
    if (error) return fail(ErrorCode::unavailable, "cannot read the address: " + error.message());
    address = text_of_endpoint(bound);
    pause.emplace(opened.get_executor());
    acceptor.emplace(std::move(opened));
    accept();
    for (unsigned i = 0; i < std::max(1U, config.threads); ++i) {
        threads.emplace_back("http-" + std::to_string(i), [this] { io->run(); });
    }
    return {};
}

// Runs on the acceptor's strand, but for the first call, before any thread runs.
void Server::Impl::accept() {
    acceptor->async_accept(net::make_strand(*io),
                           [this](boost::system::error_code error, Tcp::socket socket) {
                               if (error == net::error::operation_aborted || !acceptor->is_open())
                                   return;
                               if (!error) {
                                   welcome(std::move(socket));
                                   return accept();
                               }
                               context.meter.count("http_accept_failed", "", 1);
                               pause->expires_after(kAcceptPause);
                               pause->async_wait([this](boost::system::error_code waited) {
                                   if (!waited && acceptor->is_open()) accept();
                               });
                           });
}

void Server::Impl::welcome(Tcp::socket socket) {
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;  // gone already
    socket.set_option(Tcp::no_delay{true}, error);
    const auto peer = plain_address(remote.address());
    const auto executor = socket.get_executor();
    auto session = std::make_shared<Session>(std::move(socket), context, peer.to_string());
    const auto entry = registry.enter(session, peer_key(peer));
    if (entry == Registry::Entry::turned_away) {
        context.meter.count("http_refused", "turned_away", 1);
        return;
    }
    net::post(executor, [session = std::move(session), entry] {
        if (entry == Registry::Entry::served) return session->begin(std::nullopt);
        session->begin(entry == Registry::Entry::too_many_connections
                           ? Refusal::too_many_connections
                           : Refusal::too_many_from_address);
    });
}

void Server::Impl::stop() {
    if (!io) return;
    if (acceptor) {
        net::post(acceptor->get_executor(), [this] {
            boost::system::error_code ignored;
            acceptor->close(ignored);
            pause->cancel();
        });
    }
    for (const auto& session : registry.close_doors())
        session->finish();
    if (!threads.empty()) registry.wait_until_empty(config.stop_grace);
    context.gate->close();
    io->stop();
    for (auto& thread : threads)
        thread.join();
    threads.clear();
    registry.clear();
    pause.reset();
    acceptor.reset();
    work.reset();
    io.reset();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Server::~Server() {
    stop();
}

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, Handler handler, Log& log,
                                              Meter& meter) {
    auto impl = std::make_unique<Impl>(std::move(config), std::move(handler), log, meter);
    if (const auto opened = impl->open(); !opened) return Unexpected{opened.error()};
    return std::unique_ptr<Server>{new Server{std::move(impl)}};
}

std::string Server::address() const {
    return impl_->address;
}

void Server::stop() {
    impl_->stop();
}

}  // namespace ropenet::http
