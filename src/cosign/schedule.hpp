// When the next checkpoint is due: at most one a second or 256 leaves, sooner when somebody waits
// for evidence, but never faster than kDemandedGapMs so that a stranger cannot make signing
// expensive.
//
// Pure: the caller brings the steady clock. Threads: none of its own; the owner's lock guards it.
#pragma once

#include <cstdint>
#include <optional>

namespace ropenet::cosign {

inline constexpr std::int64_t kCheckpointGapMs = 1'000;
inline constexpr std::uint64_t kCheckpointLeaves = 256;
inline constexpr std::int64_t kDemandedGapMs = 100;

enum class Demand : std::uint8_t { none, evidence };

class CheckpointSchedule {
  public:
    /// `size` leaves are under the newest checkpoint, made at `now_ms`.
    void made(std::uint64_t size, std::int64_t now_ms);

    /// Milliseconds until a checkpoint over `log_size` leaves is due; 0: now. Absent: none is.
    std::optional<std::int64_t> wait_ms(std::uint64_t log_size, Demand demand,
                                        std::int64_t now_ms) const;

  private:
    std::uint64_t size_ = 0;
    std::optional<std::int64_t> made_ms_;
};

}  // namespace ropenet::cosign
