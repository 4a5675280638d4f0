#include "cosign/schedule.hpp"

#include <algorithm>

namespace ropenet::cosign {

void CheckpointSchedule::made(std::uint64_t size, std::int64_t now_ms) {
    size_ = size;
    made_ms_ = now_ms;
}

std::optional<std::int64_t> CheckpointSchedule::wait_ms(std::uint64_t log_size, Demand demand,
                                                        std::int64_t now_ms) const {
    if (log_size <= size_) return std::nullopt;
    if (!made_ms_ || log_size - size_ >= kCheckpointLeaves) return 0;
    const std::int64_t gap = demand == Demand::evidence ? kDemandedGapMs : kCheckpointGapMs;
    return std::clamp<std::int64_t>(*made_ms_ + gap - now_ms, 0, gap);
}

}  // namespace ropenet::cosign
