// The clock rules of solo: whether a start fits the last block, and whether the clock is still to
// be believed while the node runs.
//
// A block's time is evidence, so a clock that somebody set stops the blocks; it stays stopped until
// the node is started again, where the start's own rule applies. Knows no ledger.
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

#include "concurrency/clock.hpp"

namespace ropenet::ordering {

/// Wall and monotonic clock may part by this much since the start.
inline constexpr std::int64_t kClocksApartMsMax = 60'000;
/// A clock may be this far ahead of the last block at a start.
inline constexpr std::int64_t kClockAheadMsMax = 24LL * 60 * 60 * 1'000;

enum class ClockAtStart : std::uint8_t { fits, behind, ahead };

constexpr ClockAtStart clock_at_start(std::int64_t last_block_ms, std::int64_t wall_ms) {
    if (wall_ms < last_block_ms) return ClockAtStart::behind;
    return wall_ms - last_block_ms > kClockAheadMsMax ? ClockAtStart::ahead : ClockAtStart::fits;
}

class ClockGuard {
  public:
    /// The clocks are as far apart as they should be now. `clock` must outlive the guard.
    explicit ClockGuard(const Clock& clock) : clock_{clock}, apart_ms_{clock.apart_ms()} {}

    /// Once false, always false.
    bool holds() {
        if (failed_.load()) return false;
        const std::int64_t moved_ms = clock_.apart_ms() - apart_ms_;
        if (moved_ms <= kClocksApartMsMax && moved_ms >= -kClocksApartMsMax) return true;
        failed_.store(true);
        return false;
    }

  private:
    const Clock& clock_;
    const std::int64_t apart_ms_;
    std::atomic<bool> failed_{false};
};

}  // namespace ropenet::ordering
