// Counts the recorded refusals of each account within the last hour of block time, so that nobody
// floods the log with transactions that rules refuse.
//
// Threads: none of its own; the owner's lock guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet::admission {

class RefusalQuota {
  public:
    /// Times do not decrease. Now and then forgets accounts without a refusal in the window.
    void note(const AccountId& account, std::int64_t block_time_ms);

    /// kRefusalsPerHourMax or more lie within the kRefusalWindowMs up to `now_ms`.
    bool exhausted(const AccountId& account, std::int64_t now_ms) const;

    std::size_t accounts() const { return times_.size(); }

  private:
    // The newest kRefusalsPerHourMax of each account: older ones decide nothing.
    std::map<AccountId, std::deque<std::int64_t>> times_;
    std::int64_t next_sweep_ms_ = 0;
};

}  // namespace ropenet::admission
