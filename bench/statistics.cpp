#include "bench/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace ropenet::bench {

double percentile(std::vector<double> samples, double fraction) {
    if (samples.empty()) return 0;
    std::ranges::sort(samples);
    const double rank = std::ceil(fraction * static_cast<double>(samples.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return samples[std::min(index, samples.size() - 1)];
}

double median(const std::vector<double>& samples) {
    constexpr double kHalf = 0.5;
    return percentile(samples, kHalf);
}

Paired paired_of(const std::vector<double>& values, const std::vector<double>& baselines) {
    ROPE_CHECK(values.size() == baselines.size());
    std::vector<double> ratios;
    for (std::size_t i = 0; i < values.size(); ++i) {
        ratios.push_back(baselines[i] == 0 ? 0 : values[i] / baselines[i]);
    }
    return {.value = median(values),
            .baseline = median(baselines),
            .ratio = median(ratios),
            .pairs = values.size()};
}

Result<Paired> in_turns(std::size_t pairs, const Measure& contender, const Measure& baseline) {
    std::vector<double> values;
    std::vector<double> baselines;
    for (std::size_t i = 0; i < pairs; ++i) {
        ROPE_TRY(const double value, contender());
        ROPE_TRY(const double base, baseline());
        values.push_back(value);
        baselines.push_back(base);
    }
    return paired_of(values, baselines);
}

Figure figure_of(std::string name, std::string unit, const Paired& paired, std::string note) {
    return {.name = std::move(name),
            .value = paired.value,
            .unit = std::move(unit),
            .baseline = paired.baseline,
            .ratio = paired.ratio,
            .pairs = paired.pairs,
            .note = std::move(note)};
}

}  // namespace ropenet::bench
