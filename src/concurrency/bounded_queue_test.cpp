#include "concurrency/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "concurrency/named_thread.hpp"

namespace ropenet {
namespace {

TEST(BoundedQueue, takes_the_last_allowed_value_and_refuses_the_next) {
    BoundedQueue<int> queue{2};
    EXPECT_TRUE(queue.try_push(1));
    EXPECT_TRUE(queue.try_push(2));
    EXPECT_FALSE(queue.try_push(3));
    EXPECT_EQ(queue.size(), 2U);
}

TEST(BoundedQueue, gives_values_back_in_the_order_they_came) {
    BoundedQueue<int> queue{4};
    for (const int value : {1, 2, 3})
        ASSERT_TRUE(queue.try_push(value));
    EXPECT_EQ(queue.try_pop(), 1);
    EXPECT_EQ(queue.pop_all(), (std::vector<int>{2, 3}));
    EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(BoundedQueue, refuses_after_close_but_hands_out_what_is_inside) {
    BoundedQueue<int> queue{4};
    ASSERT_TRUE(queue.try_push(7));
    queue.close();
    EXPECT_FALSE(queue.try_push(8));
    EXPECT_EQ(queue.wait_pop(), 7);
    EXPECT_EQ(queue.wait_pop(), std::nullopt);
    EXPECT_TRUE(queue.wait_pop_all().empty());
}

TEST(BoundedQueue, close_wakes_a_waiting_reader) {
    BoundedQueue<int> queue{4};
    std::atomic<bool> ended{false};
    NamedThread reader{"reader", [&] {
                           EXPECT_EQ(queue.wait_pop(), std::nullopt);
                           ended = true;
                       }};
    queue.close();
    reader.join();
    EXPECT_TRUE(ended);
}

TEST(BoundedQueue, a_waiting_reader_gets_a_value_pushed_by_another_thread) {
    BoundedQueue<std::unique_ptr<int>> queue{1};
    NamedThread writer{"writer", [&] { EXPECT_TRUE(queue.try_push(std::make_unique<int>(5))); }};
    const auto value = queue.wait_pop();
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(**value, 5);
}

TEST(BoundedQueue, a_timed_wait_ends_without_a_value) {
    BoundedQueue<int> queue{1};
    EXPECT_EQ(queue.wait_pop_for(std::chrono::milliseconds{1}), std::nullopt);
    ASSERT_TRUE(queue.try_push(1));
    EXPECT_EQ(queue.wait_pop_for(std::chrono::milliseconds{1}), 1);
}

}  // namespace
}  // namespace ropenet
