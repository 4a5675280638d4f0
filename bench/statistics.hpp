// Medians and percentiles of a few thousand samples, and contender against baseline in turns.
//
// Machines grow slow and fast by the minute; only what is measured in turns can be compared.
// Threads: one. Errors: those of what is measured.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "bench/figure.hpp"

namespace ropenet::bench {

/// The nearest rank; `fraction` in (0, 1]. 0 without samples.
double percentile(std::vector<double> samples, double fraction);
double median(const std::vector<double>& samples);

struct Paired {
    double value = 0;  // medians
    double baseline = 0;
    double ratio = 0;  // of the pairs' ratios
    std::size_t pairs = 0;
};

Paired paired_of(const std::vector<double>& values, const std::vector<double>& baselines);

using Measure = std::function<Result<double>()>;

/// A B A B ...: `contender`, then `baseline`, `pairs` times.
Result<Paired> in_turns(std::size_t pairs, const Measure& contender, const Measure& baseline);

Figure figure_of(std::string name, std::string unit, const Paired& paired, std::string note);

}  // namespace ropenet::bench
