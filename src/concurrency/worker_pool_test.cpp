#include "concurrency/worker_pool.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "concurrency/clock.hpp"
#include "concurrency/testing/manual_clock.hpp"

namespace ropenet {
namespace {

TEST(WorkerPool, parallel_for_calls_every_index_exactly_once) {
    WorkerPool pool{{.threads = 3}};
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
        std::vector<std::atomic<int>> calls(count);
        pool.parallel_for(count, [&](std::size_t i) { ++calls[i]; });
        for (const auto& n : calls)
            EXPECT_EQ(n.load(), 1);
    }
}

TEST(WorkerPool, parallel_for_works_when_the_queue_takes_nothing) {
    WorkerPool pool{{.threads = 1, .queue_max = 0}};
    std::atomic<int> calls{0};
    pool.parallel_for(10, [&](std::size_t) { ++calls; });
    EXPECT_EQ(calls.load(), 10);
}

TEST(WorkerPool, parallel_for_may_be_called_from_a_task) {
    std::atomic<int> calls{0};
    {
        WorkerPool pool{{.threads = 1}};
        ASSERT_TRUE(pool.submit([&] { pool.parallel_for(10, [&](std::size_t) { ++calls; }); }));
    }
    EXPECT_EQ(calls.load(), 10);
}

TEST(WorkerPool, parallel_for_from_many_threads_at_once_mixes_nothing_up) {
    WorkerPool pool{{.threads = 2, .queue_max = 3}};
    std::array<std::atomic<std::size_t>, 4> sums{};
    {
        std::vector<NamedThread> callers;
        for (auto& sum : sums) {
            callers.emplace_back("caller", [&] {
                for (int round = 0; round < 50; ++round) {
                    pool.parallel_for(20, [&](std::size_t i) { sum += i; });
                }
            });
        }
    }
    for (const auto& sum : sums)
        EXPECT_EQ(sum.load(), 50U * 190U);
}

TEST(WorkerPool, runs_what_is_queued_before_it_ends) {
    std::atomic<int> runs{0};
    {
        WorkerPool pool{{.threads = 1}};
        for (int i = 0; i < 20; ++i)
            ASSERT_TRUE(pool.submit([&] { ++runs; }));
    }
    EXPECT_EQ(runs.load(), 20);
}

TEST(WorkerPool, has_a_thread_for_each_core_unless_told_otherwise) {
    WorkerPool pool{{}};
    EXPECT_GE(pool.thread_count(), 1U);
    EXPECT_EQ(WorkerPool{{.threads = 5}}.thread_count(), 5U);
}

TEST(NamedThread, carries_its_name) {
    std::string name;
    NamedThread thread{"fifteen-letters", [&] {
                           std::array<char, 32> buffer{};
                           pthread_getname_np(pthread_self(), buffer.data(), buffer.size());
                           name = buffer.data();
                       }};
    thread.join();
    EXPECT_EQ(name, "fifteen-letters");
}

TEST(NamedThread, refuses_a_name_that_the_system_would_cut) {
    EXPECT_DEATH(NamedThread("sixteen--letters", [] {}), "check failed");
}

TEST(NamedThread, waits_for_its_function_when_it_is_replaced) {
    std::atomic<bool> first_ended{false};
    NamedThread thread{"first", [&] { first_ended = true; }};
    thread = NamedThread{"second", [] {}};
    EXPECT_TRUE(first_ended);
}

TEST(Clock, a_manual_clock_moves_only_by_hand) {
    testing::ManualClock clock{5};
    clock.advance_ms(10);
    EXPECT_EQ(clock.wall_ms(), 15);
    EXPECT_EQ(clock.steady_ms(), 10);
    clock.set_wall_ms(3);
    EXPECT_EQ(clock.wall_ms(), 3);
    EXPECT_EQ(clock.steady_ms(), 10);
}

TEST(Clock, the_system_clock_is_after_this_was_written_and_does_not_go_back) {
    const SystemClock clock;
    EXPECT_GT(clock.wall_ms(), 1'700'000'000'000);
    const auto before = clock.steady_ms();
    EXPECT_GE(clock.steady_ms(), before);
}

}  // namespace
}  // namespace ropenet
