// Goal: what a body that arises over time does to a connection. Real sockets on loopback.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/counting_meter.hpp"
#include "http/testing/raw_socket.hpp"

namespace ropenet::http {
namespace {

using testing::RawSocket;
using testing::status_in;

constexpr std::string_view kGet = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";

/// Hands its sinks to the test.
class Source final : public PieceSource {
  public:
    ~Source() override { set_gone(); }
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<PieceSink> asked;
        bool gone = false;

        PieceSink take() {
            std::unique_lock lock{mutex};
            changed.wait(lock, [&] { return !asked.empty(); });
            PieceSink sink = asked.back();
            asked.clear();
            return sink;
        }
        bool wait_until_gone() {
            std::unique_lock lock{mutex};
            return changed.wait_for(lock, std::chrono::seconds{20}, [&] { return gone; });
        }
        std::size_t asking() {
            const std::lock_guard lock{mutex};
            return asked.size();
        }
    };
    explicit Source(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} {}

    void next(PieceSink sink) override {
        const std::lock_guard lock{shared_->mutex};
        shared_->asked.push_back(std::move(sink));
        shared_->changed.notify_all();
    }

  private:
    void set_gone() {
        const std::lock_guard lock{shared_->mutex};
        shared_->gone = true;
        shared_->changed.notify_all();
    }
    std::shared_ptr<Shared> shared_;
};

struct ServerStreamTest : ::testing::Test {
    ServerConfig config;
    NullLog log;
    testing::CountingMeter meter;
    std::shared_ptr<Source::Shared> source = std::make_shared<Source::Shared>();
    std::unique_ptr<Server> server;

    void start() {
        config.address = "127.0.0.1:0";
        auto started = Server::start(
            config,
            [this](const Request&, const Responder& responder) {
                Response response = make_response(200, "text/event-stream", {});
                response.stream =
                    BodyStream{.source = std::make_shared<Source>(source), .heartbeat = ":\n\n"};
                responder.respond(std::move(response));
            },
            log, meter);
        ASSERT_TRUE(started);
        server = *std::move(started);
    }
    RawSocket connect() const {
        RawSocket socket = RawSocket::connect(server->address());
        socket.send(kGet);
        return socket;
    }
    void give(std::string_view text, bool last = false) const {
        source->take().give({.bytes = to_bytes(view_of(text)), .last = last});
    }
};

TEST_F(ServerStreamTest, pieces_arrive_in_their_order_and_the_last_one_ends_the_connection) {
    start();
    RawSocket socket = connect();
    give("one ");
    give("two ");
    give("three", true);
    const std::string all = socket.read_all();
    EXPECT_EQ(status_in(all), 200);
    EXPECT_TRUE(all.ends_with("\r\n\r\none two three")) << all;
    EXPECT_NE(all.find("Connection: close"), std::string::npos);
    EXPECT_EQ(all.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(source->wait_until_gone());
}

TEST_F(ServerStreamTest, a_piece_is_asked_for_only_when_the_one_before_is_written) {
    start();
    RawSocket socket = connect();
    const PieceSink first = source->take();
    EXPECT_EQ(source->asking(), 0U);
    first.give({.bytes = Bytes(1), .last = false});
    first.give({.bytes = Bytes(1), .last = false});  // answered already
    const PieceSink second = source->take();
    EXPECT_EQ(source->asking(), 0U);
    second.give({.bytes = Bytes(1, 'x'), .last = true});
    EXPECT_TRUE(socket.read_all().ends_with(std::string("\0x", 2)));
}

TEST_F(ServerStreamTest, a_reader_that_takes_nothing_is_asked_for_nothing_more) {
    start();
    RawSocket socket = connect();
    const Bytes large(256 * 1024);
    std::size_t taken = 0;
    while (taken < 1'000) {
        // A socket holds a few megabytes; then the session waits.
        std::unique_lock lock{source->mutex};
        const bool asked = source->changed.wait_for(lock, std::chrono::milliseconds{300},
                                                    [&] { return !source->asked.empty(); });
        if (!asked) break;
        const PieceSink sink = source->asked.back();
        source->asked.clear();
        lock.unlock();
        sink.give({.bytes = large, .last = false});
        ++taken;
    }
    EXPECT_LT(taken, 200U);
}

TEST_F(ServerStreamTest, without_a_piece_a_heartbeat_is_written) {
    config.heartbeat_time = std::chrono::milliseconds{20};
    start();
    RawSocket socket = connect();
    const PieceSink sink = source->take();
    EXPECT_TRUE(socket.read_until(":\n\n:\n\n"));
    sink.give({.bytes = to_bytes(view_of("end")), .last = true});
    EXPECT_TRUE(socket.read_all().ends_with("end"));
}

TEST_F(ServerStreamTest, a_peer_that_goes_away_takes_the_source_with_it) {
    start();
    PieceSink sink = [&] {
        const RawSocket socket = connect();
        return source->take();
    }();
    EXPECT_TRUE(source->wait_until_gone());
    sink.give({.bytes = Bytes(1), .last = false});  // nobody is there any more
}

TEST_F(ServerStreamTest, a_source_that_drops_what_asked_it_ends_the_connection) {
    start();
    RawSocket socket = connect();
    static_cast<void>(source->take());
    EXPECT_EQ(status_in(socket.read_all()), 200);
}

TEST_F(ServerStreamTest, stopping_ends_a_stream_at_once) {
    config.stop_grace = std::chrono::seconds{20};
    start();
    RawSocket socket = connect();
    const PieceSink sink = source->take();
    const auto begun = std::chrono::steady_clock::now();
    server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
    EXPECT_EQ(status_in(socket.read_all()), 200);
}

TEST_F(ServerStreamTest, head_gets_the_header_and_no_stream) {
    start();
    RawSocket socket = RawSocket::connect(server->address());
    socket.send("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string all = socket.read_all();
    EXPECT_EQ(status_in(all), 200);
    EXPECT_TRUE(all.ends_with("\r\n\r\n"));
    EXPECT_TRUE(source->wait_until_gone());
}

TEST_F(ServerStreamTest, the_client_hands_over_what_comes_and_can_leave) {
    start();
    std::thread giver{[this] {
        give("one");
        give("two");
    }};
    auto made = Client::for_url("http://" + server->address());
    ASSERT_TRUE(made);
    Client client = *std::move(made);
    std::string seen;
    const auto answer = client.follow({.target = "/events"}, [&](BytesView bytes) {
        seen += text_of(bytes);
        return seen != "onetwo";
    });
    giver.join();
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(seen, "onetwo");
    EXPECT_TRUE(source->wait_until_gone());
}

}  // namespace
}  // namespace ropenet::http
