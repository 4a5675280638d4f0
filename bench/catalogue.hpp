// Every figure by name, and the function that measures it. Several figures that need the same rope
// or the same run form a group.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "bench/bench.hpp"

namespace ropenet::bench {

struct Group {
    std::string_view name;
    std::span<const std::string_view> figures;
    Result<void> (*measure)(Bench& bench);
};

std::span<const Group> groups();
/// The group itself, or the one that the figure belongs to; null when there is none.
const Group* find_group(std::string_view name);

/// The figures of fast verification in a group, as ones that this build or machine cannot show.
void report_absent(Bench& bench, std::string_view group, const std::string& why);

// Each in the file of its name; idle beside grown.
Result<void> measure_verify(Bench& bench);
Result<void> measure_idle(Bench& bench);
Result<void> measure_paced(Bench& bench);
Result<void> measure_state(Bench& bench);
Result<void> measure_grown(Bench& bench);
Result<void> measure_whole_path(Bench& bench);

}  // namespace ropenet::bench
