// A clock that tests move by hand. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "concurrency/clock.hpp"

namespace ropenet::testing {

class ManualClock final : public Clock {
  public:
    explicit ManualClock(std::int64_t wall_ms = 1'700'000'000'000) : wall_ms_{wall_ms} {}

    std::int64_t wall_ms() const override { return wall_ms_.load(); }
    std::int64_t steady_ms() const override { return steady_ms_.load(); }

    /// Time passes: both clocks go on.
    void advance_ms(std::int64_t by) {
        wall_ms_ += by;
        steady_ms_ += by;
    }
    /// Somebody sets the wall clock; the steady one does not notice.
    void set_wall_ms(std::int64_t to) { wall_ms_ = to; }

  private:
    std::atomic<std::int64_t> wall_ms_;
    std::atomic<std::int64_t> steady_ms_{0};
};

}  // namespace ropenet::testing
