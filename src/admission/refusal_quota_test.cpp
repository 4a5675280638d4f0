#include "admission/refusal_quota.hpp"

#include <gtest/gtest.h>

namespace ropenet::admission {
namespace {

const AccountId kAlice{{1}};
const AccountId kBob{{2}};
constexpr std::int64_t kStart = 1'700'000'000'000;

void note_times(RefusalQuota& quota, const AccountId& account, std::size_t count,
                std::int64_t time_ms) {
    for (std::size_t i = 0; i < count; ++i)
        quota.note(account, time_ms);
}

TEST(RefusalQuota, is_exhausted_at_the_hundredth_refusal_and_not_before) {
    RefusalQuota quota;
    note_times(quota, kAlice, kRefusalsPerHourMax - 1, kStart);
    EXPECT_FALSE(quota.exhausted(kAlice, kStart));

    quota.note(kAlice, kStart);
    EXPECT_TRUE(quota.exhausted(kAlice, kStart));
}

TEST(RefusalQuota, counts_each_account_for_itself) {
    RefusalQuota quota;
    note_times(quota, kAlice, kRefusalsPerHourMax, kStart);

    EXPECT_FALSE(quota.exhausted(kBob, kStart));
}

TEST(RefusalQuota, ends_when_the_oldest_of_the_hundred_is_an_hour_old) {
    RefusalQuota quota;
    quota.note(kAlice, kStart);
    note_times(quota, kAlice, kRefusalsPerHourMax - 1, kStart + 1'000);

    EXPECT_TRUE(quota.exhausted(kAlice, kStart + kRefusalWindowMs - 1));
    EXPECT_FALSE(quota.exhausted(kAlice, kStart + kRefusalWindowMs));
}

TEST(RefusalQuota, more_than_a_hundred_last_until_fewer_than_a_hundred_lie_in_the_hour) {
    RefusalQuota quota;
    note_times(quota, kAlice, 50, kStart);
    note_times(quota, kAlice, kRefusalsPerHourMax, kStart + 1'000);

    EXPECT_TRUE(quota.exhausted(kAlice, kStart + kRefusalWindowMs));
    EXPECT_FALSE(quota.exhausted(kAlice, kStart + 1'000 + kRefusalWindowMs));
}

TEST(RefusalQuota, forgets_accounts_whose_last_refusal_is_an_hour_old) {
    RefusalQuota quota;
    quota.note(kAlice, kStart);
    quota.note(kBob, kStart + kRefusalWindowMs - 1);
    EXPECT_EQ(quota.accounts(), 2U);

    quota.note(kBob, kStart + kRefusalWindowMs + 60'000);
    EXPECT_EQ(quota.accounts(), 1U);
}

}  // namespace
}  // namespace ropenet::admission
