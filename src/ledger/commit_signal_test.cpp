#include "ledger/commit_signal.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace ropenet::ledger {
namespace {

TEST(CommitSignalTest, who_waits_is_woken_once_by_the_next_announcement) {
    CommitSignal signal;
    int woken = 0;
    ASSERT_TRUE(signal.wait(0, [&] { ++woken; }));
    signal.announce(5);
    signal.announce(6);
    EXPECT_EQ(woken, 1);
    EXPECT_EQ(signal.waiting(), 0U);
}

TEST(CommitSignalTest, nobody_waits_for_what_was_announced_already) {
    CommitSignal signal;
    signal.announce(5);
    EXPECT_FALSE(signal.wait(4, [] {}));
    EXPECT_TRUE(signal.wait(5, [] {}));
}

TEST(CommitSignalTest, who_cancels_is_not_woken_and_leaves_nothing_behind) {
    CommitSignal signal;
    int woken = 0;
    const auto ticket = signal.wait(0, [&] { ++woken; });
    ASSERT_TRUE(ticket);
    signal.cancel(*ticket);
    EXPECT_EQ(signal.waiting(), 0U);
    signal.announce(1);
    EXPECT_EQ(woken, 0);
}

TEST(CommitSignalTest, nothing_runs_after_close) {
    CommitSignal signal;
    std::atomic<bool> closed = false;
    std::atomic<int> late = 0;
    std::thread announcer{[&] {
        for (std::uint64_t size = 1; size < 20'000; ++size) {
            static_cast<void>(signal.wait(size - 1, [&] { late += closed ? 1 : 0; }));
            signal.announce(size);
        }
    }};
    signal.close();
    closed = true;
    announcer.join();
    EXPECT_EQ(late, 0);
    EXPECT_FALSE(signal.wait(1'000'000, [] {}));
}

}  // namespace
}  // namespace ropenet::ledger
