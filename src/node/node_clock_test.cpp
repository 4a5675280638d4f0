// Goal: the clock rules of a running node: which start is refused, and what a clock that is set
// does to it. Method: real folders and sockets under a clock that the test moves.
#include <gtest/gtest.h>

#include "codec/json.hpp"
#include "concurrency/testing/manual_clock.hpp"
#include "http/client.hpp"
#include "node/data_folder.hpp"
#include "node/node.hpp"
#include "ordering/solo/clock_guard.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::node {
namespace {

struct NodeClockTest : ::testing::Test {
    storage::testing::TempFolder temp;
    storage::PosixFileSystem files;
    ropenet::testing::ManualClock clock;
    NullLog log;
    DataFolder folder{temp / "data"};

    void SetUp() override {
        const Config config{.network = "dev.test",
                            .ropes = {"register"},
                            .http = "127.0.0.1:0",
                            .admin = "127.0.0.1:0",
                            .http_threads = 1,
                            .log_level = LogLevel::error};
        ASSERT_TRUE(init_data_folder(files, folder, config, clock, ClockKind::is_virtual));
    }
    Result<std::unique_ptr<Node>> start(bool accept_clock = false,
                                        ClockKind kind = ClockKind::is_virtual) {
        return Node::start({.data = folder.path, .accept_clock = accept_clock, .clock_kind = kind},
                           log, clock);
    }
    static std::string get(const std::string& address, const std::string& path) {
        auto made = http::Client::for_url("http://" + address);
        EXPECT_TRUE(made);
        if (!made) return {};
        http::Client client = *std::move(made);
        const auto response = client.get(path);
        EXPECT_TRUE(response);
        return response ? std::string{response->body_text()} : std::string{};
    }
};

TEST_F(NodeClockTest, a_start_a_day_after_the_last_block_is_taken_and_one_ms_later_is_refused) {
    clock.advance_ms(ordering::kClockAheadMsMax);
    EXPECT_TRUE(start());
    clock.advance_ms(1);
    const auto refused = start();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::config);
    EXPECT_NE(refused.error().what.find("over 24 h ahead"), std::string::npos);
    EXPECT_TRUE(start(true));
}

TEST_F(NodeClockTest, a_start_before_the_last_block_is_refused_unless_accepted) {
    clock.advance_ms(-1);
    const auto refused = start();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::config);
    EXPECT_NE(refused.error().what.find("behind the last block"), std::string::npos);
    EXPECT_TRUE(start(true));
}

TEST_F(NodeClockTest, a_rope_of_a_virtual_clock_does_not_start_on_the_machines) {
    const auto refused = start(true, ClockKind::machine);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("--clock FILE"), std::string::npos);
}

TEST_F(NodeClockTest, a_clock_that_is_set_while_it_runs_leaves_it_readable_and_not_ready) {
    const auto node = start();
    ASSERT_TRUE(node) << node.error().what;
    EXPECT_NE(get((*node)->admin_address(), "/readyz").find("\"ready\""), std::string::npos);

    clock.set_wall_ms(clock.wall_ms() + ordering::kClocksApartMsMax + 1);

    EXPECT_NE(get((*node)->admin_address(), "/readyz").find("have parted"), std::string::npos);
    EXPECT_NE(get((*node)->admin_address(), "/healthz").find("\"healthy\""), std::string::npos);
    EXPECT_NE(get((*node)->admin_address(), "/metrics").find("clock_fails{rope=\"register\"} 1"),
              std::string::npos);
    EXPECT_NE(get((*node)->http_address(), "/v1/ropes").find("\"stopped_by\":\"clock\""),
              std::string::npos);
    EXPECT_TRUE((*node)->stop());
}

}  // namespace
}  // namespace ropenet::node
