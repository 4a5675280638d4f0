// One connection: reads requests one after another, hands each to the handler, writes its answer.
//
// Private to the module (Asio, Beast). Knows the stream only as Stream, plain or TLS. Threads:
// everything runs on the connection's strand, but for finish(), deliver() and Slot.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "concurrency/mutex.hpp"
#include "http/registry.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/wire.hpp"

namespace ropenet::http {

/// Between answers from any thread and a server that may be gone: nothing passes once it is closed.
class Gate {
  public:
    /// Hands over to the session if server and session still live. Only posts, never runs anything.
    void deliver(const std::weak_ptr<Session>& session, std::optional<Response> response)
        ROPE_EXCLUDES(mutex_);
    void deliver(const std::weak_ptr<Session>& session, Piece piece) ROPE_EXCLUDES(mutex_);
    void close() ROPE_EXCLUDES(mutex_);

  private:
    Mutex mutex_;
    bool open_ ROPE_GUARDED_BY(mutex_) = true;
};

class Responder::Slot {
  public:
    Slot(std::shared_ptr<Gate> gate, std::weak_ptr<Session> session)
        : gate_{std::move(gate)}, session_{std::move(session)} {}
    ~Slot() { answer(std::nullopt); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void answer(std::optional<Response> response);

  private:
    std::shared_ptr<Gate> gate_;
    std::weak_ptr<Session> session_;
    std::atomic<bool> answered_ = false;
};

class PieceSink::Slot {
  public:
    Slot(std::shared_ptr<Gate> gate, std::weak_ptr<Session> session)
        : gate_{std::move(gate)}, session_{std::move(session)} {}
    ~Slot() { give({.bytes = {}, .last = true}); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void give(Piece piece);

  private:
    std::shared_ptr<Gate> gate_;
    std::weak_ptr<Session> session_;
    std::atomic<bool> given_ = false;
};

/// What all sessions of a server share. Outlives them.
struct SessionContext {
    const ServerConfig& config;
    const Handler& handler;
    Log& log;
    Meter& meter;
    Registry& registry;
    std::shared_ptr<Gate> gate;
    Transport transport = Transport::any;
};

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Stream::Socket socket, const SessionContext& context, std::string peer);

    /// Once, on the strand, after the registry has entered the session: serves, or says why not.
    void begin(std::optional<Refusal> refusal);

    /// Any thread: close after the answer that is due, or now if none is.
    void finish();
    /// Any thread, through the gate only.
    void deliver(std::optional<Response> response);
    void deliver(Piece piece);

  private:
    using Clock = std::chrono::steady_clock;
    using ErrorCode = boost::system::error_code;

    void serve(std::optional<Refusal> refusal);
    void refuse(Refusal refusal);
    void next_request();
    void read_header();
    void take_header_bytes(const ErrorCode& error, std::size_t count);
    void take_head(std::size_t header_bytes);
    void send_continue();
    void read_body();
    void take_body(const ErrorCode& error);
    void dispatch();
    void answer(std::optional<Response> response);
    void write(Response response);
    void write_some();
    void written();
    void begin_stream();
    void ask_piece();
    void take_piece(Piece piece);
    void write_piece();
    void await_piece();
    void ignore_input();
    void linger();
    void say_goodbye();
    void drain();
    void close();
    void count_refusal(Refusal refusal);
    BytesView input() const;

    /// Until disarm(), the passing of `deadline` cancels what the stream is doing.
    void arm(Clock::time_point deadline);
    void disarm();

    Stream stream_;
    const SessionContext& context_;
    std::string peer_;
    boost::asio::steady_timer timer_;
    unsigned timer_round_ = 0;
    bool timed_out_ = false;

    boost::beast::flat_buffer buffer_;
    std::size_t scanned_ = 0;
    Clock::time_point header_deadline_;
    std::optional<RequestParser> parser_;
    Head head_;

    std::string response_head_;
    Response response_;
    std::size_t sent_ = 0;
    Clock::time_point write_deadline_;
    std::uint64_t drained_ = 0;

    // Of a body that arises over time.
    std::optional<BodyStream> stream_body_;
    std::optional<Piece> piece_;  // that has come and is not written
    bool asked_ = false;          // a piece is to come
    bool writing_ = false;
    bool ignoring_ = false;  // a read of ignore_input() is under way
    bool ending_ = false;    // the body has ended
    std::array<std::uint8_t, 512> ignored_{};
    std::uint64_t ignored_bytes_ = 0;

    bool idle_ = false;       // nothing of a request has arrived
    bool finishing_ = false;  // no further request is read
    bool closed_ = false;
};

}  // namespace ropenet::http
