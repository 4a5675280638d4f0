#include "cosign/schedule.hpp"

#include <gtest/gtest.h>

namespace ropenet::cosign {
namespace {

constexpr std::int64_t kNow = 5'000;

TEST(Schedule, the_first_checkpoint_is_due_at_once) {
    const CheckpointSchedule schedule;

    EXPECT_EQ(schedule.wait_ms(1, Demand::none, kNow), 0);
}

struct ScheduleAfterOne : ::testing::Test {
    CheckpointSchedule schedule;

    ScheduleAfterOne() { schedule.made(10, kNow); }
};

TEST_F(ScheduleAfterOne, nothing_is_due_without_new_leaves) {
    EXPECT_EQ(schedule.wait_ms(10, Demand::none, kNow + 100'000), std::nullopt);
    EXPECT_EQ(schedule.wait_ms(10, Demand::evidence, kNow + 100'000), std::nullopt);
}

TEST_F(ScheduleAfterOne, a_new_leaf_waits_until_a_second_has_passed) {
    EXPECT_EQ(schedule.wait_ms(11, Demand::none, kNow), 1'000);
    EXPECT_EQ(schedule.wait_ms(11, Demand::none, kNow + 999), 1);
    EXPECT_EQ(schedule.wait_ms(11, Demand::none, kNow + 1'000), 0);
}

TEST_F(ScheduleAfterOne, the_256th_new_leaf_waits_for_nothing) {
    EXPECT_GT(schedule.wait_ms(10 + 255, Demand::none, kNow), 0);
    EXPECT_EQ(schedule.wait_ms(10 + 256, Demand::none, kNow), 0);
}

TEST_F(ScheduleAfterOne, who_wants_evidence_waits_a_tenth_of_a_second_at_most) {
    EXPECT_EQ(schedule.wait_ms(11, Demand::evidence, kNow), 100);
    EXPECT_EQ(schedule.wait_ms(11, Demand::evidence, kNow + 100), 0);
}

}  // namespace
}  // namespace ropenet::cosign
