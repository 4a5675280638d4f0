// The Meter of a process: counters, gauges and histograms in Prometheus's text form.
//
// Threads: any. Errors: none.
#pragma once

#include <memory>
#include <string>

#include "base/meter.hpp"

namespace ropenet::node {

class PrometheusMeter final : public Meter {
  public:
    PrometheusMeter();
    ~PrometheusMeter() override;
    PrometheusMeter(const PrometheusMeter&) = delete;
    PrometheusMeter& operator=(const PrometheusMeter&) = delete;

    void count(std::string_view name, std::string_view label, std::uint64_t by) override;
    void gauge(std::string_view name, std::int64_t value) override;
    void observe_us(std::string_view name, std::uint64_t microseconds) override;

    /// The exposition format, version 0.0.4.
    std::string text() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ropenet::node
