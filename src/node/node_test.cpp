// Goal: a node starts, serves, stops and starts again on the same folder. Method: real folders,
// sockets and signatures.
#include "node/node.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "codec/json.hpp"
#include "http/client.hpp"
#include "node/data_folder.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::node {
namespace {

struct NodeTest : ::testing::Test {
    storage::testing::TempFolder temp;
    storage::PosixFileSystem files;
    SystemClock clock;
    NullLog log;
    DataFolder folder{temp / "data"};
    Config config{.network = "dev.test",
                  .ropes = {"register"},
                  .http = "127.0.0.1:0",
                  .admin = "127.0.0.1:0",
                  .http_threads = 1,
                  .log_level = LogLevel::error};

    Result<void> init() { return init_data_folder(files, folder, config, clock); }
    std::unique_ptr<Node> start() {
        auto node = Node::start({.data = folder.path}, log, clock);
        EXPECT_TRUE(node) << (node ? "" : node.error().what);
        return node ? *std::move(node) : nullptr;
    }
    static json::Value get(const std::string& address, const std::string& path) {
        auto made = http::Client::for_url("http://" + address);
        EXPECT_TRUE(made);
        if (!made) return {};
        http::Client client = *std::move(made);
        const auto response = client.get(path);
        EXPECT_TRUE(response);
        if (!response) return {};
        const auto body = json::parse(response->body_text());
        return body ? *body : json::Value{};
    }
    Bytes genesis() {
        const auto read = load_rope_files(files, folder, "register");
        return read ? read->genesis : Bytes{};
    }
};

TEST_F(NodeTest, init_twice_changes_nothing) {
    ASSERT_TRUE(init());
    const Bytes before = genesis();
    ASSERT_TRUE(init());
    EXPECT_EQ(genesis(), before);
}

TEST_F(NodeTest, an_init_that_was_cut_off_goes_on_where_it_stopped) {
    ASSERT_TRUE(init());
    ASSERT_TRUE(files.remove(folder.rope("register") + "/genesis.cbor"));
    ASSERT_TRUE(files.remove(folder.dev_accounts()));
    ASSERT_TRUE(init());
    EXPECT_NE(start(), nullptr);
}

TEST_F(NodeTest, a_folder_of_another_network_is_refused) {
    ASSERT_TRUE(init());
    config.network = "dev.other";
    EXPECT_EQ(init().error().code, ErrorCode::config);
}

TEST_F(NodeTest, serves_its_rope_and_its_health_and_leaves_no_address_behind) {
    ASSERT_TRUE(init());
    auto node = start();
    ASSERT_NE(node, nullptr);
    EXPECT_EQ(get(node->http_address(), "/v1/ropes/register").find("height")->as_uint(), 0U);
    EXPECT_EQ(*get(node->admin_address(), "/healthz").find("status")->as_string(), "healthy");
    EXPECT_TRUE(*files.exists(folder.running()));
    ASSERT_TRUE(node->stop());
    EXPECT_FALSE(*files.exists(folder.running()));
}

TEST_F(NodeTest, a_second_node_on_the_folder_is_refused) {
    ASSERT_TRUE(init());
    const auto node = start();
    const auto second = Node::start({.data = folder.path}, log, clock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::busy);
    EXPECT_NE(second.error().what.find("pid " + std::to_string(::getpid())), std::string::npos);
}

TEST_F(NodeTest, a_folder_without_a_node_is_a_config_error) {
    const auto node = Node::start({.data = folder.path}, log, clock);
    ASSERT_FALSE(node);
    EXPECT_EQ(node.error().code, ErrorCode::config);
}

TEST_F(NodeTest, a_policy_that_genesis_does_not_name_stops_the_start) {
    ASSERT_TRUE(init());
    const std::string path = folder.rope("register") + "/keys.txt";
    ASSERT_TRUE(storage::write_file_atomically(files, path,
                                               view_of("receipt " + std::string(64, '0') + "\n")));
    EXPECT_FALSE(Node::start({.data = folder.path}, log, clock));
}

TEST_F(NodeTest, wait_returns_when_a_stop_is_requested) {
    ASSERT_TRUE(init());
    auto node = start();
    EXPECT_FALSE(node->wait_for(std::chrono::milliseconds{1}));
    node->request_stop();
    EXPECT_TRUE(node->wait());
}

}  // namespace
}  // namespace ropenet::node
