// A connection's bytes, plain or in TLS, as Asio and Beast want a stream.
//
// Private to the module. One read and one write at a time; on the connection's strand.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "http/tls_context.hpp"

namespace ropenet::http {

class Stream {
  public:
    using Socket = boost::asio::ip::tcp::socket;
    using executor_type = Socket::executor_type;
    using ErrorCode = boost::system::error_code;

    /// Null: plain.
    Stream(Socket socket, std::shared_ptr<ServerTls::Context> tls) : socket_{std::move(socket)} {
        if (tls) tls_.emplace(socket_, tls->ssl);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    executor_type get_executor() { return socket_.get_executor(); }
    bool is_tls() const { return tls_.has_value(); }

    template <typename Buffers, typename Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) return tls_->async_read_some(buffers, std::forward<Handler>(handler));
        socket_.async_read_some(buffers, std::forward<Handler>(handler));
    }
    template <typename Buffers, typename Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) return tls_->async_write_some(buffers, std::forward<Handler>(handler));
        socket_.async_write_some(buffers, std::forward<Handler>(handler));
    }
    /// Pre: is_tls().
    template <typename Handler>
    void async_handshake(Handler&& handler) {
        tls_->async_handshake(boost::asio::ssl::stream_base::server,
                              std::forward<Handler>(handler));
    }
    /// Says that nothing follows and waits until the peer says so too. Pre: is_tls().
    template <typename Handler>
    void async_say_goodbye(Handler&& handler) {
        tls_->async_shutdown(std::forward<Handler>(handler));
    }
    void shutdown_send() {
        ErrorCode ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
    }
    void cancel() {
        ErrorCode ignored;
        socket_.cancel(ignored);
    }
    void close() {
        ErrorCode ignored;
        socket_.close(ignored);
    }

  private:
    Socket socket_;
    std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace ropenet::http
