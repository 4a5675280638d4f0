// What a careless or hostile client meets. Each limit is tried at its value and one past it.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "http/server.hpp"
#include "http/testing/counting_meter.hpp"
#include "http/testing/raw_socket.hpp"

namespace ropenet::http {
namespace {

using std::chrono::milliseconds;
using testing::RawSocket;
using testing::status_in;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class ServerLimits : public ::testing::Test {
  protected:
    void start() {
        config_.address = "127.0.0.1:0";
        auto started = Server::start(
            config_,
            [](Request request, Responder responder) {
                responder.respond(
                    make_response(200, "text/plain", std::to_string(request.body.size())));
            },
            log_, meter_);
        ASSERT_TRUE(started);
        server_ = *std::move(started);
    }
    RawSocket connect() const { return RawSocket::connect(server_->address()); }
    std::string answer_to(std::string_view bytes) const {
        RawSocket socket = connect();
        socket.send(bytes);
        return socket.read_response();
    }

    ServerConfig config_;
    NullLog log_;
    testing::CountingMeter meter_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerLimits, header_bytes) {
    start();
    const std::string head = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    const std::size_t filler = kHeaderBytesMax - head.size() - 4;
    EXPECT_EQ(status_in(answer_to(head + std::string(filler, 'a') + "\r\n\r\n")), 200);
    EXPECT_EQ(status_in(answer_to(head + std::string(filler + 1, 'a') + "\r\n\r\n")), 431);
    EXPECT_EQ(meter_.counted("http_refused:header_too_large"), 1U);
}

TEST_F(ServerLimits, body_bytes_with_a_stated_length) {
    start();
    const auto post = [](std::size_t size) {
        return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n" + std::string(size, 'b');
    };
    EXPECT_TRUE(answer_to(post(kBodyBytesMax)).ends_with(std::to_string(kBodyBytesMax)));
    EXPECT_EQ(status_in(answer_to(post(kBodyBytesMax + 1))), 413);
}

TEST_F(ServerLimits, body_bytes_in_chunks) {
    config_.body_bytes_max = 100'000;
    start();
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string half = "C350\r\n" + std::string(50'000, 'b') + "\r\n";
    EXPECT_TRUE(answer_to(head + half + half + "0\r\n\r\n").ends_with("100000"));
    EXPECT_EQ(status_in(answer_to(head + half + half + "1\r\nb\r\n0\r\n\r\n")), 413);
}

TEST_F(ServerLimits, body_limit_of_a_server_that_takes_modules) {
    config_.body_bytes_max = kDeployBodyBytesMax;
    start();
    EXPECT_EQ(status_in(answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                  std::to_string(kDeployBodyBytesMax) + "\r\n\r\n" +
                                  std::string(kDeployBodyBytesMax, 'b'))),
              200);
}

TEST_F(ServerLimits, refuses_a_large_body_before_it_is_sent) {
    start();
    EXPECT_EQ(status_in(answer_to("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                  "Content-Length: 99999999\r\n\r\n")),
              413);
}

TEST_F(ServerLimits, connections_in_all) {
    config_.connections_max = 5;
    start();
    std::vector<RawSocket> served;
    for (int i = 0; i < 5; ++i) {
        served.push_back(connect());
        served.back().send(kGet);
        EXPECT_EQ(status_in(served.back().read_response()), 200);
    }
    RawSocket over = connect();
    const std::string refusal = over.read_all();
    EXPECT_EQ(status_in(refusal), 503);
    EXPECT_NE(refusal.find("too_many_connections"), std::string::npos);
    EXPECT_NE(refusal.find("Retry-After: 1\r\n"), std::string::npos);
    served.front().send(kGet);
    EXPECT_EQ(status_in(served.front().read_response()), 200);
}

TEST_F(ServerLimits, connections_of_one_address_and_their_release) {
    config_.connections_loopback_max = 3;
    start();
    {
        std::vector<RawSocket> served;
        for (int i = 0; i < 3; ++i) {
            served.push_back(connect());
            served.back().send(kGet);
            EXPECT_EQ(status_in(served.back().read_response()), 200);
        }
        EXPECT_NE(connect().read_all().find("too_many_from_address"), std::string::npos);
    }
    // The server sees the closing a moment later.
    int status = 0;
    for (int tries = 0; tries < 200 && status != 200; ++tries) {
        status = status_in(answer_to(kGet));
        if (status != 200) std::this_thread::sleep_for(milliseconds{5});
    }
    EXPECT_EQ(status, 200);
}

TEST_F(ServerLimits, serves_the_full_number_of_connections) {
    // Both ends of each connection live in this process.
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    start();
    std::vector<RawSocket> served;
    for (std::size_t i = 0; i < kConnectionsMax; ++i) {
        served.push_back(connect());
        served.back().send(kGet);
        ASSERT_EQ(status_in(served.back().read_response()), 200) << i;
    }
    EXPECT_EQ(status_in(connect().read_all()), 503);
}

TEST_F(ServerLimits, closes_without_a_word_when_nothing_arrives) {
    config_.header_read_time = milliseconds{50};
    start();
    EXPECT_EQ(connect().read_all(), "");
}

TEST_F(ServerLimits, answers_408_to_half_a_header) {
    config_.header_read_time = milliseconds{50};
    start();
    RawSocket socket = connect();
    socket.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(status_in(socket.read_all()), 408);
}

TEST_F(ServerLimits, does_not_let_single_bytes_stretch_the_header_time) {
    config_.header_read_time = milliseconds{100};
    start();
    RawSocket socket = connect();
    std::atomic<bool> answered = false;
    std::thread drip{[&] {
        for (int i = 0; i < 250 && !answered; ++i) {
            socket.send("a");
            std::this_thread::sleep_for(milliseconds{20});
        }
    }};
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(status_in(socket.read_response()), 408);
    EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds{4000});
    answered = true;
    drip.join();
}

TEST_F(ServerLimits, answers_408_to_a_body_that_does_not_come) {
    config_.body_read_time = milliseconds{50};
    start();
    EXPECT_EQ(status_in(answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")),
              408);
}

TEST_F(ServerLimits, closes_an_idle_connection_after_its_time) {
    config_.idle_time = milliseconds{50};
    start();
    RawSocket socket = connect();
    socket.send(kGet);
    EXPECT_EQ(status_in(socket.read_response()), 200);
    EXPECT_TRUE(socket.closed_by_peer());
}

TEST_F(ServerLimits, drops_a_reader_that_takes_nothing) {
    config_.write_stall_time = milliseconds{50};
    config_.address = "127.0.0.1:0";
    auto started = Server::start(
        config_,
        [](Request, Responder responder) {
            Response response;
            response.body = Bytes(32 * 1024 * 1024);
            responder.respond(std::move(response));
        },
        log_, meter_);
    ASSERT_TRUE(started);
    server_ = *std::move(started);
    RawSocket socket = connect();
    socket.send(kGet);
    std::this_thread::sleep_for(milliseconds{300});
    EXPECT_LT(socket.read_all().size(), 32U * 1024 * 1024);
}

TEST_F(ServerLimits, answers_each_malformed_request_and_goes_on) {
    start();
    const std::vector<std::pair<std::string, int>> cases{
        {"\x16\x03\x01\x02\x00\x01", 400},
        {"GET / HTTP/1.1\n\n", 400},
        {"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"POST / HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 1\r\n\r\n", 417},
    };
    for (const auto& [bytes, status] : cases) {
        RawSocket socket = connect();
        socket.send(bytes);
        const std::string response = socket.read_response();
        EXPECT_EQ(status_in(response), status) << bytes;
        EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos) << bytes;
        EXPECT_TRUE(socket.closed_by_peer()) << bytes;
    }
    EXPECT_EQ(status_in(answer_to(kGet)), 200);
}

TEST_F(ServerLimits, takes_the_text_of_refusals_from_the_hook) {
    config_.error_body = [](Refusal refusal) {
        return make_response(200, "text/x-own", "own:" + std::string{name_of(refusal)});
    };
    start();
    const std::string response = answer_to("bad\n");
    EXPECT_EQ(status_in(response), 400);
    EXPECT_TRUE(response.ends_with("own:malformed"));
}

}  // namespace
}  // namespace ropenet::http
