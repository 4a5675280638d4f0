// Counters and durations, without knowing who collects them. Any thread may call.
#pragma once

#include <cstdint>
#include <string_view>

namespace ropenet {

class Meter {
  public:
    virtual ~Meter() = default;
    /// Adds to a counter. `name` is a snake_case literal, `label` a small closed set or empty.
    virtual void count(std::string_view name, std::string_view label, std::uint64_t by) = 0;
    virtual void gauge(std::string_view name, std::int64_t value) = 0;
    virtual void observe_us(std::string_view name, std::uint64_t microseconds) = 0;
};

class NullMeter final : public Meter {
  public:
    void count(std::string_view, std::string_view, std::uint64_t) override {}
    void gauge(std::string_view, std::int64_t) override {}
    void observe_us(std::string_view, std::uint64_t) override {}
};

}  // namespace ropenet
