#include "admission/refusal_quota.hpp"

namespace ropenet::admission {
namespace {

constexpr std::int64_t kSweepEveryMs = 60'000;

}  // namespace

void RefusalQuota::note(const AccountId& account, std::int64_t block_time_ms) {
    if (block_time_ms >= next_sweep_ms_) {
        std::erase_if(times_, [block_time_ms](const auto& one) {
            return one.second.back() <= block_time_ms - kRefusalWindowMs;
        });
        next_sweep_ms_ = block_time_ms + kSweepEveryMs;
    }
    auto& times = times_[account];
    times.push_back(block_time_ms);
    if (times.size() > kRefusalsPerHourMax) times.pop_front();
}

bool RefusalQuota::exhausted(const AccountId& account, std::int64_t now_ms) const {
    const auto it = times_.find(account);
    if (it == times_.end() || it->second.size() < kRefusalsPerHourMax) return false;
    // Exactly kRefusalsPerHourMax are kept: all lie in the window if the oldest does.
    return it->second.front() > now_ms - kRefusalWindowMs;
}

}  // namespace ropenet::admission
