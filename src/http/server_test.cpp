// What a well-meaning client meets: keep-alive, HEAD, late answers, stop. Real sockets on loopback.
#include "http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "http/client.hpp"
#include "http/testing/counting_meter.hpp"
#include "http/testing/raw_socket.hpp"

namespace ropenet::http {
namespace {

using testing::RawSocket;
using testing::status_in;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

void echo(Request request, Responder responder) {
    Response response = make_response(
        200, "text/plain", request.method + ' ' + request.path + ' ' + request.peer + ' ');
    append(*std::get_if<Bytes>(&response.body), request.body);
    responder.respond(std::move(response));
}

/// Keeps what it is asked until the test answers.
class LateHandler {
  public:
    Handler handler() {
        return [this](Request, Responder responder) {
            const std::lock_guard lock{mutex_};
            waiting_.push_back(std::move(responder));
            arrived_.notify_all();
        };
    }
    std::vector<Responder> take(std::size_t count) {
        std::unique_lock lock{mutex_};
        arrived_.wait(lock, [&] { return waiting_.size() >= count; });
        return std::exchange(waiting_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Responder> waiting_;
};

class ServerTest : public ::testing::Test {
  protected:
    void start(Handler handler) {
        config_.address = "127.0.0.1:0";
        auto started = Server::start(config_, std::move(handler), log_, meter_);
        ASSERT_TRUE(started);
        server_ = *std::move(started);
    }
    RawSocket connect() const { return RawSocket::connect(server_->address()); }

    ServerConfig config_;
    NullLog log_;
    testing::CountingMeter meter_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, answers_a_thousand_requests_on_one_connection) {
    start(echo);
    RawSocket socket = connect();
    for (int i = 0; i < 1000; ++i) {
        socket.send(kGet);
        const std::string response = socket.read_response();
        ASSERT_EQ(status_in(response), 200) << i;
        ASSERT_TRUE(response.ends_with("GET /hello 127.0.0.1 ")) << response;
    }
}

TEST_F(ServerTest, says_its_name_the_date_and_the_length) {
    start(echo);
    RawSocket socket = connect();
    socket.send(kGet);
    const std::string response = socket.read_response();
    EXPECT_NE(response.find("Server: ropenet\r\n"), std::string::npos);
    EXPECT_NE(response.find("Content-Length: 21\r\n"), std::string::npos);
    EXPECT_NE(response.find("Connection: keep-alive\r\n"), std::string::npos);
    EXPECT_NE(response.find(" GMT\r\n"), std::string::npos);
}

TEST_F(ServerTest, answers_pipelined_requests_in_order) {
    start(echo);
    RawSocket socket = connect();
    socket.send(
        "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n"
        "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(socket.read_response().ends_with("POST /1 127.0.0.1 abc"));
    EXPECT_TRUE(socket.read_response().ends_with("GET /2 127.0.0.1 "));
    EXPECT_TRUE(socket.read_response().ends_with("POST /3 127.0.0.1 z"));
    EXPECT_TRUE(socket.read_response().ends_with("GET /4 127.0.0.1 "));
    EXPECT_TRUE(socket.closed_by_peer());
}

TEST_F(ServerTest, takes_a_request_that_arrives_byte_by_byte) {
    start(echo);
    RawSocket socket = connect();
    const std::string_view whole = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    for (const char c : whole)
        socket.send({&c, 1});
    EXPECT_TRUE(socket.read_response().ends_with("POST /a 127.0.0.1 ab"));
}

TEST_F(ServerTest, answers_head_like_get_but_without_the_body) {
    start(echo);
    RawSocket socket = connect();
    socket.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = socket.read_response(true);
    EXPECT_EQ(status_in(head), 200);
    EXPECT_NE(head.find("Content-Length: 22\r\n"), std::string::npos);
    socket.send(kGet);
    EXPECT_EQ(status_in(socket.read_response()), 200);
}

TEST_F(ServerTest, closes_after_an_answer_to_http_1_0) {
    start(echo);
    RawSocket socket = connect();
    socket.send("GET /old HTTP/1.0\r\n\r\n");
    const std::string all = socket.read_all();
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(all.ends_with("GET /old 127.0.0.1 "));
}

TEST_F(ServerTest, invites_the_body_when_it_is_expected_to) {
    start(echo);
    RawSocket socket = connect();
    socket.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(status_in(socket.read_response()), 100);
    socket.send("ab");
    EXPECT_TRUE(socket.read_response().ends_with("POST /a 127.0.0.1 ab"));
}

TEST_F(ServerTest, sends_a_large_shared_body_whole) {
    const auto large = std::make_shared<const Bytes>(8 * 1024 * 1024, std::uint8_t{'x'});
    start([large](Request, Responder responder) {
        Response response;
        response.body = large;
        responder.respond(std::move(response));
    });
    RawSocket socket = connect();
    socket.send(kGet);
    const std::string response = socket.read_response();
    EXPECT_TRUE(response.ends_with("\r\n\r\n" + std::string(large->size(), 'x')));
}

TEST_F(ServerTest, keeps_a_value_from_becoming_a_field_of_its_own) {
    start([](Request, Responder responder) {
        Response response = make_response(200, "text/plain", "");
        response.headers.emplace_back("X-Echo", "a\r\nSet-Cookie: b");
        response.headers.emplace_back("Content-Length", "7");
        responder.respond(std::move(response));
    });
    RawSocket socket = connect();
    socket.send(kGet);
    const std::string response = socket.read_response();
    EXPECT_EQ(response.find("\r\nSet-Cookie"), std::string::npos);
    EXPECT_EQ(response.find("Content-Length: 7"), std::string::npos);
}

TEST_F(ServerTest, answers_500_and_lives_on_when_a_responder_is_dropped) {
    std::atomic<bool> drop = true;
    start([&drop](Request request, Responder responder) {
        if (!drop.exchange(false)) echo(std::move(request), std::move(responder));
    });
    RawSocket socket = connect();
    socket.send(kGet);
    EXPECT_EQ(status_in(socket.read_response()), 500);
    socket.send(kGet);
    EXPECT_EQ(status_in(socket.read_response()), 200);
    EXPECT_EQ(meter_.counted("http_refused:no_answer"), 1U);
}

TEST_F(ServerTest, sends_the_first_of_two_answers) {
    start([](Request, Responder responder) {
        const Responder copy = responder;
        responder.respond(make_response(200, "text/plain", "first"));
        copy.respond(make_response(200, "text/plain", "second"));
    });
    RawSocket socket = connect();
    socket.send(kGet);
    EXPECT_TRUE(socket.read_response().ends_with("first"));
}

TEST_F(ServerTest, lets_another_thread_answer_later) {
    LateHandler late;
    start(late.handler());
    RawSocket socket = connect();
    socket.send(kGet);
    std::thread other{[&late] {
        for (const auto& responder : late.take(1)) {
            responder.respond(make_response(202, "text/plain", "late"));
        }
    }};
    EXPECT_EQ(status_in(socket.read_response()), 202);
    other.join();
}

TEST_F(ServerTest, serves_many_clients_at_once) {
    start(echo);
    constexpr int kClients = 16;
    constexpr int kRequests = 100;
    std::atomic<int> good = 0;
    std::vector<std::thread> clients;
    for (int c = 0; c < kClients; ++c) {
        clients.emplace_back([this, &good] {
            auto client = Client::for_url("http://" + server_->address());
            if (!client) return;
            Client mine = *std::move(client);
            for (int i = 0; i < kRequests; ++i) {
                const auto response = mine.post("/x", "text/plain", view_of("body"));
                if (response && response->body_text() == "POST /x 127.0.0.1 body") ++good;
            }
        });
    }
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(good, kClients * kRequests);
}

TEST_F(ServerTest, stops_while_requests_wait_and_ignores_their_answers) {
    config_.stop_grace = std::chrono::milliseconds{50};
    LateHandler late;
    start(late.handler());
    std::vector<RawSocket> sockets;
    for (int i = 0; i < 8; ++i) {
        sockets.push_back(connect());
        sockets.back().send(kGet);
    }
    const auto waiting = late.take(8);
    server_->stop();
    for (const auto& responder : waiting) {
        responder.respond(make_response(200, "text/plain", "too late"));
    }
    for (auto& socket : sockets)
        EXPECT_EQ(socket.read_all(), "");
    server_->stop();
}

TEST_F(ServerTest, lets_a_begun_request_finish_when_it_stops) {
    LateHandler late;
    start(late.handler());
    RawSocket busy = connect();
    busy.send(kGet);
    RawSocket idle = connect();
    auto waiting = late.take(1);
    std::thread answer{[&] {
        while (!idle.closed_by_peer()) {  // stop() has begun
        }
        waiting.front().respond(make_response(200, "text/plain", "done"));
    }};
    server_->stop();
    EXPECT_EQ(status_in(busy.read_response()), 200);
    EXPECT_TRUE(busy.closed_by_peer());
    answer.join();
}

TEST_F(ServerTest, refuses_new_connections_after_it_stopped) {
    start(echo);
    const std::string address = server_->address();
    server_->stop();
    auto client = Client::for_url("http://" + address);
    ASSERT_TRUE(client);
    Client mine = *std::move(client);
    const auto response = mine.get("/");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::unavailable);
}

TEST_F(ServerTest, names_an_address_it_cannot_listen_on) {
    start(echo);
    ServerConfig second;
    second.address = server_->address();
    const auto taken = Server::start(second, echo, log_, meter_);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::unavailable);
    for (const char* bad : {"", "8080", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
                            "[127.0.0.1]:80", "example.org:80"}) {
        second.address = bad;
        const auto refused = Server::start(second, echo, log_, meter_);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code, ErrorCode::config) << bad;
    }
}

}  // namespace
}  // namespace ropenet::http
