// A Meter that tests can ask.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/meter.hpp"

namespace ropenet::http::testing {

class CountingMeter final : public Meter {
  public:
    void count(std::string_view name, std::string_view label, std::uint64_t by) override {
        const std::lock_guard lock{mutex_};
        counts_[std::string{name} + ":" + std::string{label}] += by;
    }
    void gauge(std::string_view, std::int64_t) override {}
    void observe_us(std::string_view, std::uint64_t) override {}

    std::uint64_t counted(const std::string& name_and_label) {
        const std::lock_guard lock{mutex_};
        return counts_[name_and_label];
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> counts_;
};

}  // namespace ropenet::http::testing
