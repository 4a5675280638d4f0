// The truth of a rope: every block's bytes, appended in height order, one fdatasync each.
//
// Knows a block as bytes and a height. What was acknowledged is never cut off and never silently
// replaced: damage there is an error that names the repair. Above it a torn tail goes at open.
// Threads: append and sync from one thread; everything const from any thread beside it.
// Errors:  io: after a failed append or sync the instance is dead and refuses everything.
//          corrupt: a stored block is not what was written; it is never returned.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "concurrency/mutex.hpp"
#include "storage/file.hpp"

namespace ropenet::storage {

inline constexpr std::uint64_t kSegmentBytesMax = 64ULL << 20;
/// A block of 8 MiB (the limit of the ledger) and room for what surrounds its transactions.
inline constexpr std::uint32_t kBlockBytesMax = (8U << 20) + (1U << 20);

struct BlockLogLimits {
    std::uint64_t segment_bytes_max =
        kSegmentBytesMax;  // a segment that has reached this is closed
    std::uint32_t block_bytes_max = kBlockBytesMax;
};

/// What open() removed above everything acknowledged.
struct CutOff {
    std::uint64_t from_height = 0;  // first height that could not be read
    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;  // removed in all
    std::string reason;
};

class BlockLog {
  public:
    using Visit = std::function<Result<void>(std::uint64_t height, BytesView block)>;

    /// Reads and checks the whole log in `dir` (created if absent). `floor_height` is the highest
    /// height that something else relies on: the state's, and that of the last signed log size.
    /// `fs` must outlive the log.
    static Result<std::unique_ptr<BlockLog>> open(FileSystem& fs, std::string dir,
                                                  std::uint64_t floor_height,
                                                  BlockLogLimits limits = {});

    /// Pre (else invalid): height = last_height() + 1, 1 <= block.size() <= block_bytes_max.
    /// Not durable before sync().
    Result<void> append(std::uint64_t height, BytesView block);
    /// Makes everything appended durable, then notes the height in `acked`.
    Result<void> sync();
    Result<void> append_durably(std::uint64_t height, BytesView block);

    /// not_found for a height that is not in the log; corrupt if the checksum fails.
    Result<Bytes> read(std::uint64_t height) const;
    /// Bytes of a block without its checksum: the caller has one of its own.
    Result<Bytes> read_part(std::uint64_t height, std::uint32_t offset, std::uint32_t size) const;
    /// In height order from `from` to the last height at the time of the call; ends at the first
    /// error.
    Result<void> for_each(std::uint64_t from, const Visit& visit) const;

    /// 0 when empty; a log begins at height 1.
    std::uint64_t first_height() const { return last_height() == 0 ? 0 : 1; }
    std::uint64_t last_height() const { return last_height_.load(std::memory_order_acquire); }
    std::uint64_t durable_height() const { return durable_height_.load(std::memory_order_acquire); }
    bool dead() const { return dead_.load(std::memory_order_acquire); }

    /// Present if open() removed a torn tail.
    const std::optional<CutOff>& cut_off() const { return cut_off_; }

  private:
    struct Position {
        std::uint32_t segment = 0;
        std::uint32_t offset = 0;
    };
    struct Damage {
        Position at;
        std::string reason;
    };

    BlockLog(FileSystem& fs, std::string dir, BlockLogLimits limits);

    // Opening, in block_log_open.cpp.
    Result<void> load(std::uint64_t floor_height);
    Result<std::vector<std::uint32_t>> list_segments();
    /// The first place that cannot be read; absent when everything is whole.
    Result<std::optional<Damage>> scan(const std::vector<std::uint32_t>& segments);
    Result<std::optional<Damage>> scan_segment(std::uint32_t number);
    Result<void> cut(const Damage& damage, const std::vector<std::uint32_t>& segments);
    Result<void> make_ready();
    Result<std::uint64_t> load_acked();

    Result<void> append_entry(std::uint64_t height, BytesView block);
    Result<void> sync_segment();
    Result<void> start_segment(std::uint32_t number);
    Result<void> write_acked(std::uint64_t height);
    Result<void> die(Result<void> result);
    Result<void> alive() const;

    void remember(Position position) ROPE_EXCLUDES(mutex_);
    Result<Position> position_of(std::uint64_t height) const;
    std::optional<Position> find_position(std::uint64_t height) const ROPE_EXCLUDES(mutex_);
    Result<Bytes> read_entry(const File& file, Position at, std::uint64_t height) const;
    Error damaged(Position at, std::uint64_t height, const std::string& reason) const;
    std::string segment_path(std::uint32_t number) const;

    FileSystem& fs_;
    const std::string dir_;
    const BlockLogLimits limits_;
    std::optional<CutOff> cut_off_;

    // The writer's.
    std::unique_ptr<File> segment_;
    std::uint32_t segment_number_ = 0;
    std::uint64_t segment_size_ = 0;
    std::unique_ptr<File> acked_;
    std::uint32_t acked_slot_ = 0;
    Bytes entry_;  // the buffer of append, kept for the next block

    std::atomic<std::uint64_t> last_height_{0};
    std::atomic<std::uint64_t> durable_height_{0};
    std::atomic<bool> dead_{false};

    mutable Mutex mutex_;
    /// Entry of height h at [h - 1]: segment number << 32 | offset.
    std::vector<std::uint64_t> index_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::storage
