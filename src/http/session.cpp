#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

namespace ropenet::http {

namespace net = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::size_t kReadBytes = 8 * 1024;
/// Beast asks for the framing of chunks to fit; body bytes only pass through.
constexpr std::size_t kBufferBytesMax = 128 * 1024;

std::int64_t unix_seconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

void Gate::deliver(const std::weak_ptr<Session>& session, std::optional<Response> response) {
    const MutexLock lock{mutex_};
    if (!open_) return;
    // The reference must be gone before the lock is: after close() the stream's executor may die.
    if (const auto living = session.lock()) living->deliver(std::move(response));
}

void Gate::deliver(const std::weak_ptr<Session>& session, Piece piece) {
    const MutexLock lock{mutex_};
    if (!open_) return;
    if (const auto living = session.lock()) living->deliver(std::move(piece));
}

void Gate::close() {
    const MutexLock lock{mutex_};
    open_ = false;
}

void Responder::Slot::answer(std::optional<Response> response) {
    if (answered_.exchange(true)) return;
    gate_->deliver(session_, std::move(response));
}

void PieceSink::Slot::give(Piece piece) {
    if (given_.exchange(true)) return;
    gate_->deliver(session_, std::move(piece));
}

void PieceSink::give(Piece piece) const {
    slot_->give(std::move(piece));
}

void Responder::respond(Response response) const {
    slot_->answer(std::move(response));
}

Session::Session(Stream::Socket socket, const SessionContext& context, std::string peer)
    : stream_{std::move(socket), context.config.tls ? context.config.tls->current() : nullptr},
      context_{context},
      peer_{std::move(peer)},
      timer_{stream_.get_executor()},
      buffer_{kBufferBytesMax} {}

void Session::begin(std::optional<Refusal> refusal) {
    if (!stream_.is_tls()) return serve(refusal);
    idle_ = true;  // finish() may close now
    arm(Clock::now() + context_.config.handshake_time);
    stream_.async_handshake([self = shared_from_this(), refusal](const ErrorCode& error) {
        self->disarm();
        if (!error) return self->serve(refusal);
        self->context_.meter.count("http_refused", "tls_handshake", 1);
        self->close();
    });
}

void Session::serve(std::optional<Refusal> refusal) {
    if (refusal) return refuse(*refusal);
    header_deadline_ = Clock::now() + context_.config.header_read_time;
    parser_.emplace();
    read_header();
}

void Session::next_request() {
    parser_.emplace();
    head_ = Head{};
    const bool waiting = buffer_.size() == 0;
    header_deadline_ =
        Clock::now() + (waiting ? context_.config.idle_time : context_.config.header_read_time);
    read_header();
}

BytesView Session::input() const {
    const auto data = buffer_.cdata();
    return {static_cast<const std::uint8_t*>(data.data()), data.size()};
}

void Session::read_header() {
    const auto end = find_header_end(input(), scanned_, context_.config.header_bytes_max);
    if (!end) return refuse(end.error());
    if (*end) return take_head(**end);
    scanned_ = buffer_.size();
    idle_ = scanned_ == 0;
    if (idle_ && finishing_) return close();
    arm(header_deadline_);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                                self->take_header_bytes(error, n);
                            });
}

void Session::take_header_bytes(const ErrorCode& error, std::size_t count) {
    disarm();
    if (error) {
        if (timed_out_ && !idle_) return refuse(Refusal::request_timeout);
        return close();
    }
    if (idle_) header_deadline_ = Clock::now() + context_.config.header_read_time;
    buffer_.commit(count);
    read_header();
}

void Session::take_head(std::size_t header_bytes) {
    idle_ = false;
    scanned_ = 0;
    auto read = read_head(*parser_, input().first(header_bytes), context_.config.body_bytes_max);
    buffer_.consume(header_bytes);
    if (!read) return refuse(read.error());
    head_ = *std::move(read);
    head_.request.peer = peer_;
    if (!head_.has_body) return dispatch();
    // A body that is here already needs no permission.
    if (head_.expects_continue && buffer_.size() == 0) return send_continue();
    read_body();
}

void Session::send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    arm(Clock::now() + context_.config.write_stall_time);
    net::async_write(stream_, net::buffer(kContinue),
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                         self->disarm();
                         if (error) return self->close();
                         self->read_body();
                     });
}

void Session::read_body() {
    arm(Clock::now() + context_.config.body_read_time);
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                                self->take_body(error);
                            });
}

void Session::take_body(const ErrorCode& error) {
    disarm();
    if (!error) {
        head_.request.body = std::move(parser_->get().body());
        return dispatch();
    }
    if (timed_out_) return refuse(Refusal::request_timeout);
    const ErrorCode cut_short = beast::http::error::partial_message;
    if (error == cut_short || error.category() != cut_short.category()) return close();
    refuse(refusal_of(error));
}

void Session::dispatch() {
    auto slot = std::make_shared<Responder::Slot>(context_.gate, weak_from_this());
    context_.meter.count("http_requests", "", 1);
    Request request = std::move(head_.request);
    head_.request.method = request.method;  // the answer to HEAD has no body
    context_.handler(std::move(request), Responder{std::move(slot)});
}

void Session::finish() {
    net::post(stream_.get_executor(), [self = shared_from_this()] {
        self->finishing_ = true;
        if (self->idle_ || (self->stream_body_ && !self->writing_)) self->close();
    });
}

void Session::deliver(std::optional<Response> response) {
    net::post(stream_.get_executor(),
              [self = shared_from_this(), answer = std::move(response)]() mutable {
                  self->answer(std::move(answer));
              });
}

void Session::answer(std::optional<Response> response) {
    if (response) return write(*std::move(response));
    count_refusal(Refusal::no_answer);
    Response problem = context_.config.error_body(Refusal::no_answer);
    problem.status = status_of(Refusal::no_answer);
    write(std::move(problem));
}

void Session::refuse(Refusal refusal) {
    idle_ = false;
    count_refusal(refusal);
    head_.keep_alive = false;
    Response problem = context_.config.error_body(refusal);
    problem.status = status_of(refusal);
    if (refusal == Refusal::too_many_connections || refusal == Refusal::too_many_from_address) {
        problem.headers.emplace_back("Retry-After", "1");
    }
    write(std::move(problem));
}

void Session::count_refusal(Refusal refusal) {
    context_.meter.count("http_refused", name_of(refusal), 1);
    context_.log.write(LogLevel::debug, "http", name_of(refusal));
}

void Session::write(Response response) {
    response_ = std::move(response);
    head_.keep_alive = head_.keep_alive && !finishing_ && !response_.stream;
    const bool head_only = head_.request.method == "HEAD";
    response_head_ =
        response_head(response_, head_.keep_alive ? AfterAnswer::keep : AfterAnswer::close,
                      http_date(unix_seconds_now()), context_.transport);
    if (head_only || !status_has_body(response_.status)) {
        response_.body = Bytes{};
        response_.stream.reset();
    }
    sent_ = 0;
    write_deadline_ = Clock::now() + context_.config.write_time;
    write_some();
}

void Session::write_some() {
    const BytesView body = response_.body_view();
    const std::size_t head_sent = std::min(sent_, response_head_.size());
    const std::array<net::const_buffer, 2> rest{
        net::buffer(response_head_) + head_sent,
        net::buffer(body.data(), body.size()) + (sent_ - head_sent)};
    if (net::buffer_size(rest) == 0) return written();
    arm(std::min(write_deadline_, Clock::now() + context_.config.write_stall_time));
    stream_.async_write_some(rest,
                             [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                                 self->disarm();
                                 if (error) return self->close();
                                 self->sent_ += n;
                                 self->write_some();
                             });
}

void Session::written() {
    if (response_.stream) return begin_stream();
    if (stream_body_) return write_piece();
    response_ = {};
    return head_.keep_alive ? next_request() : linger();
}

// Closing with unread input would reset the connection, and the peer could lose the answer.
void Session::linger() {
    if (ignoring_) {  // one read at a time: its end brings us here again
        ending_ = true;
        return stream_.cancel();
    }
    if (stream_.is_tls()) return say_goodbye();
    stream_.shutdown_send();
    buffer_.consume(buffer_.size());
    write_deadline_ = Clock::now() + kLingerTime;
    drain();
}

void Session::say_goodbye() {
    if (finishing_) return close();
    idle_ = true;
    arm(Clock::now() + kLingerTime);
    stream_.async_say_goodbye([self = shared_from_this()](const ErrorCode&) { self->close(); });
}

void Session::drain() {
    if (finishing_ || drained_ > kLingerBytesMax) return close();
    idle_ = true;  // finish() may close now
    arm(write_deadline_);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                                self->disarm();
                                if (error) return self->close();
                                self->drained_ += n;
                                self->drain();
                            });
}

void Session::close() {
    if (std::exchange(closed_, true)) return;
    disarm();
    stream_body_.reset();
    stream_.close();
    context_.registry.leave(shared_from_this());
    context_.meter.gauge("http_connections", static_cast<std::int64_t>(context_.registry.served()));
}

void Session::arm(Clock::time_point deadline) {
    timed_out_ = false;
    const unsigned round = ++timer_round_;
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this(), round](const ErrorCode& error) {
        if (error || round != self->timer_round_) return;
        self->timed_out_ = true;
        self->stream_.cancel();
    });
}

void Session::disarm() {
    ++timer_round_;
    timer_.cancel();
}

}  // namespace ropenet::http
