#include "ordering/solo/clock_guard.hpp"

#include <gtest/gtest.h>

#include "concurrency/testing/manual_clock.hpp"

namespace ropenet::ordering {
namespace {

constexpr std::int64_t kLast = 1'700'000'000'000;

TEST(ClockAtStartTest, a_clock_at_the_last_block_fits_and_one_ms_before_it_is_behind) {
    EXPECT_EQ(clock_at_start(kLast, kLast), ClockAtStart::fits);
    EXPECT_EQ(clock_at_start(kLast, kLast - 1), ClockAtStart::behind);
}

TEST(ClockAtStartTest, a_clock_a_day_after_the_last_block_fits_and_one_ms_more_is_ahead) {
    EXPECT_EQ(clock_at_start(kLast, kLast + kClockAheadMsMax), ClockAtStart::fits);
    EXPECT_EQ(clock_at_start(kLast, kLast + kClockAheadMsMax + 1), ClockAtStart::ahead);
}

struct ClockGuardTest : ::testing::Test {
    ropenet::testing::ManualClock clock;
    ClockGuard guard{clock};
};

TEST_F(ClockGuardTest, time_that_passes_on_both_clocks_is_believed) {
    clock.advance_ms(365 * kClockAheadMsMax);
    EXPECT_TRUE(guard.holds());
}

TEST_F(ClockGuardTest, a_clock_set_forward_by_a_minute_is_believed_and_by_one_ms_more_is_not) {
    clock.set_wall_ms(clock.wall_ms() + kClocksApartMsMax);
    EXPECT_TRUE(guard.holds());
    clock.set_wall_ms(clock.wall_ms() + 1);
    EXPECT_FALSE(guard.holds());
}

TEST_F(ClockGuardTest, a_clock_set_back_by_a_minute_is_believed_and_by_one_ms_more_is_not) {
    clock.set_wall_ms(clock.wall_ms() - kClocksApartMsMax);
    EXPECT_TRUE(guard.holds());
    clock.set_wall_ms(clock.wall_ms() - 1);
    EXPECT_FALSE(guard.holds());
}

TEST_F(ClockGuardTest, a_clock_that_is_set_right_again_is_not_believed_before_a_restart) {
    const std::int64_t right = clock.wall_ms();
    clock.set_wall_ms(right + 2 * kClocksApartMsMax);
    ASSERT_FALSE(guard.holds());
    clock.set_wall_ms(right);
    EXPECT_FALSE(guard.holds());
}

}  // namespace
}  // namespace ropenet::ordering
