// The server in TLS, with our own client and with peers that never say what they came for.
#include "http/server_tls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "concurrency/clock.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/counting_meter.hpp"
#include "http/testing/raw_socket.hpp"
#include "keys/development_certificate.hpp"
#include "keys/key_file.hpp"
#include "keys/pem_key.hpp"

namespace ropenet::http {
namespace {

using testing::RawSocket;
using namespace std::chrono_literals;

/// A certificate in a folder of its own, and what trusts it.
struct Pair {
    ServerCertificate certificate;
    std::string ca_file;
};

class ServerTlsTest : public ::testing::Test {
  protected:
    ServerTlsTest() {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    ~ServerTlsTest() override { std::filesystem::remove_all(folder_); }

    Pair make_pair(const std::string& name, const std::string& host = "127.0.0.1") {
        const SystemClock clock;
        auto made = keys::make_development_certificate({host}, clock.wall_ms());
        EXPECT_TRUE(made);
        const auto key_file = folder_ / (name + ".key");
        EXPECT_TRUE(keys::save_private_key(made->key.get(), key_file, keys::Overwrite::refuse));
        auto key = keys::read_key_pem(key_file);
        EXPECT_TRUE(key);
        const auto ca_file = folder_ / (name + ".ca");
        std::ofstream{ca_file} << made->ca_pem;
        return {.certificate = {.chain = made->certificate_pem, .key = *key},
                .ca_file = ca_file.string()};
    }

    void start(const Pair& pair) {
        auto made = ServerTls::make(pair.certificate);
        ASSERT_TRUE(made);
        tls_ = *std::move(made);
        config_.address = "127.0.0.1:0";
        config_.tls = tls_;
        auto started = Server::start(
            config_,
            [](Request request, Responder responder) {
                responder.respond(make_response(200, "text/plain", request.path));
            },
            log_, meter_);
        ASSERT_TRUE(started);
        server_ = *std::move(started);
    }

    Result<void> replace_by(const ServerCertificate& certificate) {
        ROPE_TRY(const auto fresh, ServerTls::make(certificate));
        tls_->replace(*fresh);
        return {};
    }
    Client client(const Pair& pair) {
        auto made = Client::for_url("https://" + server_->address(), {.ca_file = pair.ca_file});
        EXPECT_TRUE(made);
        return *std::move(made);
    }

    std::filesystem::path folder_ =
        std::filesystem::path{::testing::TempDir()} /
        (std::string{"server-tls-"} +
         ::testing::UnitTest::GetInstance()->current_test_info()->name());
    NullLog log_;
    testing::CountingMeter meter_;
    ServerConfig config_;
    std::shared_ptr<ServerTls> tls_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerTlsTest, answers_a_client_that_trusts_its_authority) {
    const Pair pair = make_pair("one");
    start(pair);
    auto web = client(pair);
    for (int i = 0; i < 3; ++i) {
        const auto answer = web.get("/hello");
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(answer->body_text(), "/hello");
        EXPECT_FALSE(answer->find_header("Strict-Transport-Security"));
    }
}

TEST_F(ServerTlsTest, is_not_believed_under_another_authority_or_for_another_host) {
    start(make_pair("one"));
    auto stranger = client(make_pair("two"));
    const auto refused = stranger.get("/");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_NE(refused.error().what.find("--cacert"), std::string::npos);

    const Pair elsewhere = make_pair("three", "elsewhere.test");
    ASSERT_TRUE(replace_by(elsewhere.certificate));
    auto misled = client(elsewhere);
    const auto wrong_host = misled.get("/");
    ASSERT_FALSE(wrong_host);
    EXPECT_NE(wrong_host.error().what.find("another host"), std::string::npos);
}

TEST_F(ServerTlsTest, gives_new_connections_the_new_certificate_and_keeps_the_old_ones_open) {
    const Pair one = make_pair("one");
    const Pair two = make_pair("two");
    start(one);
    auto kept = client(one);
    ASSERT_TRUE(kept.get("/before"));

    ASSERT_TRUE(replace_by(two.certificate));

    EXPECT_TRUE(kept.get("/after"));
    auto fresh = client(two);
    EXPECT_TRUE(fresh.get("/fresh"));
    auto late = client(one);
    EXPECT_FALSE(late.get("/late"));
}

TEST_F(ServerTlsTest, keeps_the_certificate_when_the_next_one_cannot_be_used) {
    const Pair one = make_pair("one");
    const Pair two = make_pair("two");
    start(one);
    for (const ServerCertificate& broken :
         {ServerCertificate{.chain = one.certificate.chain, .key = two.certificate.key},
          ServerCertificate{.chain = "nothing", .key = one.certificate.key},
          ServerCertificate{.chain = one.certificate.chain, .key = ""}}) {
        const auto replaced = replace_by(broken);
        ASSERT_FALSE(replaced);
        EXPECT_EQ(replaced.error().code, ErrorCode::config);
        EXPECT_TRUE(client(one).get("/"));
    }
}

TEST_F(ServerTlsTest, says_when_its_certificate_holds) {
    constexpr std::int64_t kSecondsPerDay = 24LL * 3600;
    start(make_pair("one"));
    EXPECT_EQ(tls_->period().to_s - tls_->period().from_s, keys::kDevelopmentDays * kSecondsPerDay);
}

TEST_F(ServerTlsTest, closes_a_connection_whose_handshake_takes_too_long) {
    config_.handshake_time = 50ms;
    const Pair pair = make_pair("one");
    start(pair);
    std::vector<RawSocket> silent;
    for (int i = 0; i < 16; ++i)
        silent.push_back(RawSocket::connect(server_->address()));
    EXPECT_TRUE(client(pair).get("/"));  // nobody waits for them
    for (RawSocket& one : silent)
        EXPECT_TRUE(one.closed_by_peer());
    EXPECT_EQ(meter_.counted("http_refused:tls_handshake"), 16U);
}

TEST_F(ServerTlsTest, closes_a_connection_that_speaks_plain_http) {
    const Pair pair = make_pair("one");
    start(pair);
    auto plain = RawSocket::connect(server_->address());
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(plain.read_all().find("200"), std::string::npos);
    EXPECT_TRUE(client(pair).get("/"));
}

TEST(IsLoopbackAddress, is_true_of_what_this_machine_alone_reaches) {
    for (const char* address :
         {"127.0.0.1:0", "127.255.255.254:80", "localhost:80", "[::1]:0", "[::ffff:127.0.0.1]:0"}) {
        EXPECT_TRUE(is_loopback_address(address)) << address;
    }
    for (const char* address : {"0.0.0.0:0", "[::]:0", "128.0.0.1:0", "126.255.255.255:0",
                                "[::2]:0", "192.0.2.1:80", "node.test:80", "nonsense"}) {
        EXPECT_FALSE(is_loopback_address(address)) << address;
    }
}

}  // namespace
}  // namespace ropenet::http
