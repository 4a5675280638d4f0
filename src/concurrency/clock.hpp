// Where the shell gets its time from. The core never asks: time reaches it inside a block.
//
// Threads: any. wall_ms may jump when the operator sets the clock; steady_ms never goes back.
#pragma once

#include <cstdint>

namespace ropenet {

class Clock {
  public:
    virtual ~Clock() = default;
    /// Milliseconds since 1970-01-01 UTC.
    virtual std::int64_t wall_ms() const = 0;
    /// Milliseconds since some fixed instant; only differences mean something.
    virtual std::int64_t steady_ms() const = 0;
    /// How far the two are apart: constant until somebody sets the wall clock.
    virtual std::int64_t apart_ms() const { return wall_ms() - steady_ms(); }
};

class SystemClock final : public Clock {
  public:
    std::int64_t wall_ms() const override;
    std::int64_t steady_ms() const override;
};

}  // namespace ropenet
