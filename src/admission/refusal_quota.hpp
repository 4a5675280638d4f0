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
    /// Times of one account do not decrease.
    void note(const AccountId& account, std::int64_t block_time_ms);

    /// kRefusalsPerHourMax or more lie within the kRefusalWindowMs up to `now_ms`.
    bool exhausted(const AccountId& account, std::int64_t now_ms) const;

    /// Forgets accounts without a refusal in the window.
    void forget_before(std::int64_t now_ms);

    std::size_t accounts() const { return times_.size(); }

  private:
    // The newest kRefusalsPerHourMax of each account: older ones decide nothing.
    std::map<AccountId, std::deque<std::int64_t>> times_;
};

}  // namespace ropenet::admission
