#include "ordering/solo/solo_engine.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "concurrency/testing/manual_clock.hpp"

namespace ropenet::ordering {
namespace {

constexpr SoloLimits kLimits{.inbox = {.txs_max = 4, .bytes_max = 100},
                             .block = {.txs_max = 2, .bytes_max = 50}};

struct Seen {
    std::uint64_t height;
    std::int64_t time_ms;
    std::size_t count;
    friend bool operator==(const Seen&, const Seen&) = default;
};

/// Notes what it is given and stops the engine once it has `txs_expected`.
struct FakeApplication final : Application {
    Engine* engine = nullptr;
    std::size_t txs_expected = 0;
    std::size_t txs = 0;
    std::vector<Seen> seen;
    ApplicationInfo start{};
    bool commit_fails = false;

    ApplicationInfo info() override { return start; }
    Verdict check_tx(BytesView) override { return Verdict::accept; }
    Result<FinalizedBlock> finalize_block(const DecidedBlock& block) override {
        seen.push_back({block.height, block.time_unix_ms, block.txs.size()});
        txs += block.txs.size();
        return FinalizedBlock{};
    }
    Result<void> commit() override {
        if (commit_fails) return fail(ErrorCode::io, "disk");
        if (txs >= txs_expected) engine->stop();
        return {};
    }
};

struct SoloEngineTest : ::testing::Test {
    ropenet::testing::ManualClock clock;
    SoloEngine engine{kLimits, clock};
    FakeApplication app;

    SoloEngineTest() { app.engine = &engine; }
};

TEST_F(SoloEngineTest, takes_at_most_a_block_full_of_transactions_at_once) {
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(engine.submit(Bytes(10)), Verdict::accept);
    app.txs_expected = 4;

    ASSERT_TRUE(engine.run(app));

    ASSERT_EQ(app.seen.size(), 2U);
    EXPECT_EQ(app.seen[0].count, 2U);
    EXPECT_EQ(app.seen[1].height, 2U);
}

TEST_F(SoloEngineTest, refuses_one_more_than_the_inbox_holds) {
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(engine.submit(Bytes(10)), Verdict::accept);
    EXPECT_EQ(engine.submit(Bytes(10)), Verdict::reject);
}

TEST_F(SoloEngineTest, refuses_bytes_past_the_limit_but_not_at_it) {
    ASSERT_EQ(engine.submit(Bytes(60)), Verdict::accept);
    EXPECT_EQ(engine.submit(Bytes(41)), Verdict::reject);
    EXPECT_EQ(engine.submit(Bytes(40)), Verdict::accept);
}

TEST_F(SoloEngineTest, takes_bytes_up_to_the_block_limit_and_leaves_the_rest_for_the_next) {
    ASSERT_EQ(engine.submit(Bytes(25)), Verdict::accept);
    ASSERT_EQ(engine.submit(Bytes(26)), Verdict::accept);
    ASSERT_EQ(engine.submit(Bytes(24)), Verdict::accept);
    app.txs_expected = 3;

    ASSERT_TRUE(engine.run(app));

    ASSERT_EQ(app.seen.size(), 2U);
    EXPECT_EQ(app.seen[0].count, 1U);
    EXPECT_EQ(app.seen[1].count, 2U);
}

TEST_F(SoloEngineTest, block_time_is_the_clock_when_that_is_later_than_the_last_block) {
    app.start = {.height = 7, .time_unix_ms = clock.wall_ms()};
    clock.advance_ms(2);
    app.txs_expected = 1;
    ASSERT_EQ(engine.submit(Bytes(1)), Verdict::accept);

    ASSERT_TRUE(engine.run(app));

    EXPECT_EQ(app.seen[0], (Seen{8, app.start.time_unix_ms + 2, 1}));
}

TEST_F(SoloEngineTest, block_time_rises_when_the_clock_stands_behind_the_last_block) {
    app.start = {.height = 7, .time_unix_ms = clock.wall_ms() + 1'000};
    app.txs_expected = 1;
    ASSERT_EQ(engine.submit(Bytes(1)), Verdict::accept);

    ASSERT_TRUE(engine.run(app));

    EXPECT_EQ(app.seen[0], (Seen{8, app.start.time_unix_ms + 1, 1}));
}

TEST_F(SoloEngineTest, stops_with_the_error_of_a_failed_commit) {
    app.commit_fails = true;
    ASSERT_EQ(engine.submit(Bytes(1)), Verdict::accept);

    const auto done = engine.run(app);

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_EQ(engine.submit(Bytes(1)), Verdict::reject);
}

TEST_F(SoloEngineTest, stop_ends_a_run_that_waits) {
    std::jthread stopper{[&] { engine.stop(); }};

    EXPECT_TRUE(engine.run(app));
    EXPECT_EQ(engine.submit(Bytes(1)), Verdict::reject);
}

TEST_F(SoloEngineTest, decides_nothing_and_takes_nothing_after_the_clock_was_set) {
    ASSERT_EQ(engine.submit(Bytes(10)), Verdict::accept);
    clock.set_wall_ms(clock.wall_ms() + kClocksApartMsMax + 1);

    EXPECT_EQ(engine.submit(Bytes(10)), Verdict::reject);
    EXPECT_TRUE(engine.run(app));
    EXPECT_TRUE(app.seen.empty());
    EXPECT_TRUE(engine.clock_fails());
}

}  // namespace
}  // namespace ropenet::ordering
