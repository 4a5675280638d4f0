// A virtual clock for tests: its time is what a file says, and moves when somebody writes the file.
//
//   file = wall [SP apart]      ; decimal, ms since 1970-01-01 UTC
//
// `apart` (0 when unsaid) is how far the wall clock was set against the monotonic one, so that a
// test can set the clock of a node as an operator would. Waiting goes by the machine's own
// monotonic clock. A file that cannot be read, or says no time, leaves the last time that was read.
// Threads: any; a test replaces the file by renaming. Errors: of open() only: config.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "concurrency/clock.hpp"

namespace ropenet::cli {

struct ClockReading {
    std::int64_t wall_ms = 0;
    std::int64_t apart_ms = 0;

    friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

/// Absent for anything else than one or two numbers of at most 15 digits, the first not negative.
std::optional<ClockReading> clock_reading_from_text(std::string_view text);

class FileClock final : public Clock {
  public:
    static Result<std::unique_ptr<FileClock>> open(const std::string& path);

    std::int64_t wall_ms() const override;
    std::int64_t steady_ms() const override { return machine_.steady_ms(); }
    std::int64_t apart_ms() const override;

  private:
    explicit FileClock(std::string path) : path_{std::move(path)} {}
    bool read() const;

    const std::string path_;
    const SystemClock machine_;
    mutable std::atomic<std::int64_t> wall_ms_{0};
    mutable std::atomic<std::int64_t> apart_ms_{0};
};

}  // namespace ropenet::cli
