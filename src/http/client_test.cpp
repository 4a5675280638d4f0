#include "http/client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "base/meter.hpp"
#include "http/server.hpp"

namespace ropenet::http {
namespace {

using std::chrono::milliseconds;

class ClientTest : public ::testing::Test {
  protected:
    void start(Handler handler) {
        config_.address = address_;
        auto started = Server::start(config_, std::move(handler), log_, meter_);
        ASSERT_TRUE(started);
        server_ = *std::move(started);
        address_ = server_->address();
    }
    Client client(ClientConfig config = {}) const {
        auto made = Client::for_url("http://" + address_, config);
        EXPECT_TRUE(made);
        return *std::move(made);
    }
    Handler counting() {
        return [this](Request request, Responder responder) {
            ++requests_;
            responder.respond(make_response(200, "text/plain", request.method));
        };
    }

    std::string address_ = "127.0.0.1:0";
    ServerConfig config_;
    NullLog log_;
    NullMeter meter_;
    std::atomic<int> requests_ = 0;
    std::unique_ptr<Server> server_;
};

TEST_F(ClientTest, refuses_what_is_no_url_of_a_node) {
    for (const char* bad :
         {"", "127.0.0.1:80", "ftp://x", "https://x/path", "http://", "http://x:0", "http://x:a",
          "http://x:65536", "http://x/path", "http://u@x", "http://:80"}) {
        const auto made = Client::for_url(bad);
        ASSERT_FALSE(made) << bad;
        EXPECT_EQ(made.error().code, ErrorCode::invalid) << bad;
    }
    EXPECT_TRUE(Client::for_url("http://[::1]:80"));
    EXPECT_TRUE(Client::for_url("http://localhost/"));
    EXPECT_TRUE(Client::for_url("https://localhost"));
}

TEST_F(ClientTest, keeps_one_connection) {
    config_.connections_max = 1;
    start(counting());
    Client mine = client();
    for (int i = 0; i < 20; ++i) {
        const auto response = mine.get("/");
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200U);
    }
}

TEST_F(ClientTest, connects_again_when_the_server_was_restarted) {
    start(counting());
    Client mine = client();
    ASSERT_TRUE(mine.post("/", "text/plain", view_of("a")));
    server_->stop();
    start(counting());
    const auto response = mine.post("/", "text/plain", view_of("b"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body_text(), "POST");
    EXPECT_EQ(requests_, 2);
}

TEST_F(ClientTest, does_not_send_a_post_twice_when_its_answer_is_lost) {
    config_.stop_grace = milliseconds{1};
    std::atomic<int> seen = 0;
    std::vector<Responder> kept;  // only the one request touches it
    start([&](Request, Responder responder) {
        ++seen;
        if (seen == 1) return responder.respond(make_response(200, "text/plain", ""));
        kept.push_back(std::move(responder));
    });
    Client mine = client();
    ASSERT_TRUE(mine.get("/"));
    std::thread stopper{[&] {
        while (seen < 2)
            std::this_thread::yield();
        server_->stop();
    }};
    const auto response = mine.post("/", "text/plain", view_of("once"));
    stopper.join();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::unavailable);
    EXPECT_EQ(seen, 2);
}

TEST_F(ClientTest, says_how_to_start_a_node_when_nothing_listens) {
    start(counting());
    server_->stop();
    Client mine = client();
    const auto response = mine.get("/");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::unavailable);
    EXPECT_EQ(response.error().what,
              "nothing listens at " + address_ + ": start a node with `ropenet dev`");
}

TEST_F(ClientTest, gives_up_when_time_is_up) {
    config_.stop_grace = milliseconds{1};
    std::vector<Responder> kept;
    start([&](Request, Responder responder) { kept.push_back(std::move(responder)); });
    Client mine = client({.request_time = milliseconds{50}});
    const auto response = mine.get("/");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().what, address_ + " did not answer within 0.0 s");
    server_->stop();
}

TEST_F(ClientTest, takes_an_answer_of_exactly_the_limit) {
    start([](Request request, Responder responder) {
        const bool over = request.path == "/over";
        responder.respond(make_response(200, "text/plain", std::string(over ? 101 : 100, 'x')));
    });
    Client mine = client({.response_bytes_max = 100});
    EXPECT_TRUE(mine.get("/at"));
    const auto over = mine.get("/over");
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, ErrorCode::busy);
    EXPECT_TRUE(mine.get("/at"));
}

TEST_F(ClientTest, reads_an_early_refusal_of_a_large_body) {
    config_.body_bytes_max = 1000;
    start(counting());
    Client mine = client();
    const auto response = mine.post("/", "text/plain", Bytes(4 * 1024 * 1024));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413U);
    EXPECT_EQ(requests_, 0);
}

TEST_F(ClientTest, reads_head_and_empty_answers) {
    start([](Request request, Responder responder) {
        Response response = make_response(request.path == "/none" ? 204 : 200, "text/plain", "abc");
        responder.respond(std::move(response));
    });
    Client mine = client();
    ClientRequest head;
    head.method = "HEAD";
    const auto answer = mine.send(head);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->find_header("content-length"), "3");
    EXPECT_EQ(answer->body_text(), "");
    const auto none = mine.get("/none");
    ASSERT_TRUE(none);
    EXPECT_EQ(none->status, 204U);
    EXPECT_TRUE(mine.get("/"));
}

TEST_F(ClientTest, does_not_let_text_become_a_second_request) {
    start(counting());
    Client mine = client();
    for (const char* bad : {"", "x", "/a b", "/a\r\nX: y"}) {
        const auto response = mine.get(bad);
        ASSERT_FALSE(response) << bad;
        EXPECT_EQ(response.error().code, ErrorCode::invalid) << bad;
    }
    ClientRequest request;
    request.headers = {{"A", "b\r\nC: d"}};
    EXPECT_FALSE(mine.send(request));
    EXPECT_EQ(requests_, 0);
}

TEST(PercentEncode, leaves_only_unreserved_characters) {
    EXPECT_EQ(percent_encode("aZ09-._~ /?&=+金"), "aZ09-._~%20%2F%3F%26%3D%2B%E9%87%91");
}

}  // namespace
}  // namespace ropenet::http
