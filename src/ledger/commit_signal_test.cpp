#include "ledger/commit_signal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <thread>

namespace ropenet::ledger {
namespace {

TEST(CommitSignalTest, who_waits_is_woken_once_by_the_next_announcement) {
    CommitSignal signal;
    int woken = 0;
    std::optional<CommitSignal::Ticket> ticket;
    ASSERT_TRUE(signal.wait(0, [&] { ++woken; }, ticket));
    signal.announce(5);
    signal.announce(6);
    EXPECT_EQ(woken, 1);
    EXPECT_EQ(signal.waiting(), 0U);
}

TEST(CommitSignalTest, nobody_waits_for_what_was_announced_already) {
    CommitSignal signal;
    signal.announce(5);
    std::optional<CommitSignal::Ticket> ticket;
    EXPECT_FALSE(signal.wait(4, [] {}, ticket));
    EXPECT_FALSE(ticket);
    EXPECT_TRUE(signal.wait(5, [] {}, ticket));
}

TEST(CommitSignalTest, who_cancels_is_not_woken_and_leaves_nothing_behind) {
    CommitSignal signal;
    int woken = 0;
    std::optional<CommitSignal::Ticket> ticket;
    ASSERT_TRUE(signal.wait(0, [&] { ++woken; }, ticket));
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
            std::optional<CommitSignal::Ticket> ticket;
            static_cast<void>(signal.wait(size - 1, [&] { late += closed ? 1 : 0; }, ticket));
            signal.announce(size);
        }
    }};
    signal.close();
    closed = true;
    announcer.join();
    EXPECT_EQ(late, 0);
    std::optional<CommitSignal::Ticket> ticket;
    EXPECT_FALSE(signal.wait(1'000'000, [] {}, ticket));
}

TEST(CommitSignalTest, who_is_woken_on_another_thread_has_its_ticket) {
    CommitSignal signal;
    constexpr std::uint64_t kRounds = 20'000;
    std::atomic<std::uint64_t> announced = 0;
    std::atomic<bool> done = false;
    std::thread announcer{[&] {
        while (!done)
            signal.announce(++announced);
    }};
    // As a follower does: what is woken waits again, and writes the same ticket.
    std::optional<CommitSignal::Ticket> ticket;
    std::atomic<std::uint64_t> rounds = 0;
    std::uint64_t newest = 0;
    std::function<void()> again = [&] {
        EXPECT_TRUE(ticket && *ticket > newest);
        newest = *ticket;
        if (++rounds == kRounds) return;
        while (!signal.wait(announced, again, ticket)) {
        }
    };
    while (!signal.wait(announced, again, ticket)) {
    }
    while (rounds < kRounds)
        std::this_thread::yield();
    done = true;
    announcer.join();
    EXPECT_EQ(newest, *ticket);
}

}  // namespace
}  // namespace ropenet::ledger
