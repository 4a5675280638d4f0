// What a height came to.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace ropenet::ledger {

struct HeightSummary {
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    std::uint64_t state_version = 0;  // the last height that changed the state
    std::uint64_t log_size = 0;
    Hash32 state_root{};
    Hash32 log_root{};

    friend bool operator==(const HeightSummary&, const HeightSummary&) = default;
};

}  // namespace ropenet::ledger
