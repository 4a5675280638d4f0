#include "admission/waiters.hpp"

#include <gtest/gtest.h>

namespace ropenet::admission {
namespace {

constexpr Hash32 kOne{1};
constexpr Hash32 kTwo{2};

Waiter waiter(const Hash32& tx_id, std::int64_t deadline_ms) {
    return {.tx_id = tx_id, .duplicate = false, .deadline_ms = deadline_ms, .done = {}};
}

TEST(Waiters, gives_those_of_one_tx_and_keeps_the_others) {
    Waiters waiters;
    waiters.add(waiter(kOne, 10));
    waiters.add(waiter(kTwo, 10));
    waiters.add(waiter(kOne, 5));

    EXPECT_EQ(waiters.take_of(kOne).size(), 2U);
    EXPECT_TRUE(waiters.take_of(kOne).empty());
    EXPECT_EQ(waiters.size(), 1U);
    EXPECT_EQ(waiters.next_deadline(), 10);
}

TEST(Waiters, is_due_at_its_deadline_and_not_before) {
    Waiters waiters;
    waiters.add(waiter(kOne, 10));
    waiters.add(waiter(kTwo, 11));

    EXPECT_TRUE(waiters.take_due(9).empty());
    const auto due = waiters.take_due(10);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].tx_id, kOne);
    EXPECT_TRUE(waiters.take_of(kOne).empty());
    EXPECT_EQ(waiters.take_of(kTwo).size(), 1U);
    EXPECT_EQ(waiters.next_deadline(), std::nullopt);
}

TEST(Waiters, take_all_leaves_none) {
    Waiters waiters;
    waiters.add(waiter(kOne, 10));
    waiters.add(waiter(kOne, 10));

    EXPECT_EQ(waiters.take_all().size(), 2U);
    EXPECT_EQ(waiters.size(), 0U);
    EXPECT_TRUE(waiters.take_of(kOne).empty());
}

}  // namespace
}  // namespace ropenet::admission
