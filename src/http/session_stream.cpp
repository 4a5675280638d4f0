// The part of a session that writes a body which arises over time.
#include <boost/asio/post.hpp>
#include <utility>

#include "http/session.hpp"

namespace ropenet::http {

namespace net = boost::asio;

void Session::deliver(Piece piece) {
    net::post(stream_.get_executor(),
              [self = shared_from_this(), given = std::move(piece)]() mutable {
                  self->take_piece(std::move(given));
              });
}

/// Pre: the head is written.
void Session::begin_stream() {
    stream_body_ = std::exchange(response_.stream, std::nullopt);
    writing_ = false;
    ignore_input();
    ask_piece();
}

void Session::ask_piece() {
    if (finishing_) return linger();
    asked_ = true;
    await_piece();
    stream_body_->source->next(
        PieceSink{std::make_shared<PieceSink::Slot>(context_.gate, weak_from_this())});
}

void Session::take_piece(Piece piece) {
    if (closed_ || !stream_body_) return;
    asked_ = false;
    piece_ = std::move(piece);
    if (!writing_) write_piece();
}

/// Writes what has come; else asks, or goes on waiting.
void Session::write_piece() {
    writing_ = false;
    if (!piece_) return asked_ ? await_piece() : ask_piece();
    disarm();
    Piece piece = *std::exchange(piece_, std::nullopt);
    if (piece.last) stream_body_.reset();  // after this one, the connection ends as after any body
    writing_ = true;
    response_head_.clear();
    response_.body = std::move(piece.bytes);
    sent_ = 0;
    write_deadline_ = Clock::now() + context_.config.write_time;
    write_some();
}

/// Until a piece comes, a heartbeat from time to time.
void Session::await_piece() {
    const unsigned round = ++timer_round_;
    timer_.expires_after(context_.config.heartbeat_time);
    timer_.async_wait([self = shared_from_this(), round](const ErrorCode& error) {
        if (error || round != self->timer_round_ || self->closed_ || !self->stream_body_) return;
        self->writing_ = true;
        self->response_head_ = self->stream_body_->heartbeat;
        self->response_.body = Bytes{};
        self->sent_ = 0;
        self->write_deadline_ = Clock::now() + self->context_.config.write_time;
        self->write_some();
    });
}

/// The peer has nothing to say here; reading shows at once when it goes away.
void Session::ignore_input() {
    ignoring_ = true;
    stream_.async_read_some(net::buffer(ignored_),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                                self->ignoring_ = false;
                                if (self->closed_) return;
                                if (self->ending_) return self->linger();
                                self->ignored_bytes_ += n;
                                const bool too_much = self->ignored_bytes_ > kIgnoredBytesMax;
                                if (error || too_much) return self->close();
                                self->ignore_input();
                            });
}

}  // namespace ropenet::http
