// An HTTP/1.1 server with keep-alive, plain or in TLS: bytes from strangers in, Requests to one
// handler, answers out.
//
// Knows no routes and no ledger. A body may arise over time (body_stream.hpp).
// Threads: the handler runs on an I/O thread, on several at once, and must not block; it may answer
//          later from any thread. start(), stop() and the destructor belong to one thread.
// Errors:  an address that cannot be listened on is an Error. What a peer does wrong is answered,
//          counted (`http_refused`, by name) and logged at debug.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/meter.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/server_tls.hpp"

namespace ropenet::http {

/// The text of an answer the server gives by itself. Called on any thread; the status is kept.
using ErrorBody = std::function<Response(Refusal)>;

struct ServerConfig {
    std::string address = "127.0.0.1:8080";  // numeric or "localhost"; port 0 picks one; [::1]:80
    unsigned threads = 2;
    std::uint32_t header_bytes_max = kHeaderBytesMax;
    std::uint64_t body_bytes_max = kBodyBytesMax;
    std::size_t connections_max = kConnectionsMax;
    std::size_t connections_per_address_max = kConnectionsPerAddressMax;
    std::size_t connections_loopback_max = kConnectionsLoopbackMax;
    std::shared_ptr<const ServerTls> tls = nullptr;  // null: plain HTTP
    std::chrono::milliseconds handshake_time = kHandshakeTime;
    std::chrono::milliseconds header_read_time = kHeaderReadTime;
    std::chrono::milliseconds idle_time = kIdleTime;
    std::chrono::milliseconds body_read_time = kBodyReadTime;
    std::chrono::milliseconds write_stall_time = kWriteStallTime;
    std::chrono::milliseconds write_time = kWriteTime;
    std::chrono::milliseconds stop_grace = kStopGrace;
    std::chrono::milliseconds heartbeat_time = kHeartbeatTime;
    ErrorBody error_body = make_problem;
};

/// The way back to one waiting request. Copies answer the same request: the first answer is sent,
/// later ones are dropped, so that a timer and an event may race. When the last copy is gone
/// without an answer, the peer gets 500. May outlive the server.
class Responder {
  public:
    class Slot;
    explicit Responder(std::shared_ptr<Slot> slot) : slot_{std::move(slot)} {}

    void respond(Response response) const;

  private:
    std::shared_ptr<Slot> slot_;
};

/// Must not throw and not block.
using Handler = std::function<void(Request, Responder)>;

/// Whether a listen address can be reached from this machine alone.
bool is_loopback_address(std::string_view address);

class Server {
  public:
    /// Listens when it returns. `log` and `meter` must outlive the server.
    static Result<std::unique_ptr<Server>> start(ServerConfig config, Handler handler, Log& log,
                                                 Meter& meter);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// host:port as it is listened on, with the port that was picked.
    std::string address() const;

    /// Accepts nothing more, lets begun requests finish for `stop_grace`, then closes. Afterwards
    /// the handler is not called again. A second call does nothing.
    void stop();

  private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace ropenet::http
