// What an authority has issued: serial numbers that never come twice, times that never go back.
//
// Both are reserved ahead: serials up to `serial_end` and times before `time_end_ms` are on disk
// before the first of them is given out, and after a start the next ones begin there. So a crash
// leaves a gap and never a repetition; after a crash there is no time for at most kTimesAheadMs.
// A serial is also at least the time in ms * kSerialsPerMs, so that a folder restored from an older
// copy does not repeat what was issued after the copy was made.
//
//   book = serial_end time_end_ms crc    ; u64 LE, i64 LE, CRC-32C of the 16 bytes before it
//
// Threads: any; one reserves while the others wait. Errors: io and corrupt; after a failed write
//          the book is dead.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "concurrency/mutex.hpp"
#include "storage/file.hpp"

namespace ropenet::timestamp {

inline constexpr std::uint64_t kSerialsAhead = 1'024;
inline constexpr std::uint64_t kSerialsPerMs = 256;
inline constexpr std::int64_t kTimesAheadMs = 2'000;
/// Wall and steady clock further apart than this since the start: somebody set the clock.
inline constexpr std::int64_t kClockPartMsMax = 60'000;

/// Used for one token at most.
struct Ticket {
    std::uint64_t serial = 0;
    std::int64_t time_ms = 0;
};

enum class NoTicket : std::uint8_t {
    clock,    // behind a time that was given out, or set by somebody since the start
    storage,  // nothing can be reserved any more
};

class IssueBook {
  public:
    /// An empty book; what is there stays.
    static Result<void> ensure(storage::FileSystem& fs, const std::string& path);
    /// corrupt without a file: what was issued is unknown then. Both must outlive the book.
    static Result<std::unique_ptr<IssueBook>> open(storage::FileSystem& fs, std::string path,
                                                   const Clock& clock);

    Expected<Ticket, NoTicket> take() ROPE_EXCLUDES(mutex_);
    /// Why the storage failed; absent while it works.
    std::optional<Error> failure() const ROPE_EXCLUDES(mutex_);
    /// Gives back what was reserved and not used; nothing is issued after it.
    Result<void> close() ROPE_EXCLUDES(mutex_);

  private:
    struct Reserved {
        std::uint64_t serial_end = 1;  // 0 is no serial
        std::int64_t time_end_ms = 0;
    };

    IssueBook(storage::FileSystem& fs, std::string path, const Clock& clock, Reserved reserved);
    static Bytes encode(const Reserved& reserved);
    static std::optional<Reserved> decode(BytesView bytes);
    bool clock_is_set() ROPE_REQUIRES(mutex_);
    std::optional<Reserved> wait_or_plan(std::int64_t now_ms) ROPE_REQUIRES(mutex_);
    void write(const Reserved& next) ROPE_EXCLUDES(mutex_);

    storage::FileSystem& fs_;
    const std::string path_;
    const Clock& clock_;
    const std::int64_t apart_ms_;  // wall minus steady at the start

    mutable Mutex mutex_;
    CondVar changed_;
    Reserved reserved_ ROPE_GUARDED_BY(mutex_);
    std::uint64_t next_serial_ ROPE_GUARDED_BY(mutex_);
    std::int64_t least_ms_ ROPE_GUARDED_BY(mutex_);  // no token before it
    bool writing_ ROPE_GUARDED_BY(mutex_) = false;
    bool set_ ROPE_GUARDED_BY(mutex_) = false;
    std::optional<Error> failure_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::timestamp
