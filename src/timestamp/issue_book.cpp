#include "timestamp/issue_book.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "storage/crc32c.hpp"
#include "storage/little_endian.hpp"

namespace ropenet::timestamp {
namespace {

constexpr std::size_t kBodyBytes = 16;
constexpr std::size_t kFileBytes = kBodyBytes + 4;

}  // namespace

Bytes IssueBook::encode(const Reserved& reserved) {
    std::array<std::uint8_t, kFileBytes> out{};
    const std::span<std::uint8_t, kFileBytes> all{out};
    storage::put_le(all.first<8>(), reserved.serial_end);
    storage::put_le(all.subspan<8, 8>(), static_cast<std::uint64_t>(reserved.time_end_ms));
    storage::put_le(all.last<4>(), storage::crc32c(all.first<kBodyBytes>()));
    return to_bytes(all);
}

std::optional<IssueBook::Reserved> IssueBook::decode(BytesView bytes) {
    if (bytes.size() != kFileBytes) return std::nullopt;
    if (storage::get_le<std::uint32_t>(bytes.last<4>()) !=
        storage::crc32c(bytes.first(kBodyBytes))) {
        return std::nullopt;
    }
    return Reserved{.serial_end = storage::get_le<std::uint64_t>(bytes.first<8>()),
                    .time_end_ms = static_cast<std::int64_t>(
                        storage::get_le<std::uint64_t>(bytes.subspan<8, 8>()))};
}

IssueBook::IssueBook(storage::FileSystem& fs, std::string path, const Clock& clock,
                     Reserved reserved)
    : fs_{fs},
      path_{std::move(path)},
      clock_{clock},
      apart_ms_{clock.apart_ms()},
      reserved_{reserved},
      next_serial_{reserved.serial_end},
      least_ms_{reserved.time_end_ms} {}

Result<void> IssueBook::ensure(storage::FileSystem& fs, const std::string& path) {
    ROPE_TRY(const bool there, fs.exists(path));
    if (there) return {};
    return storage::write_file_atomically(fs, path, encode({}));
}

Result<std::unique_ptr<IssueBook>> IssueBook::open(storage::FileSystem& fs, std::string path,
                                                   const Clock& clock) {
    auto bytes = storage::read_file(fs, path, kFileBytes);
    if (!bytes && bytes.error().code == ErrorCode::io) return Unexpected{bytes.error()};
    const auto reserved = bytes ? decode(*bytes) : std::nullopt;
    if (!reserved) {
        return fail(ErrorCode::corrupt,
                    path +
                        " is missing or damaged: which serial numbers were used is unknown, so "
                        "none can be given out; restore it, or move the folder of the authority "
                        "away and start without one");
    }
    return std::unique_ptr<IssueBook>{new IssueBook{fs, std::move(path), clock, *reserved}};
}

bool IssueBook::clock_is_set() {
    const std::int64_t part_ms = clock_.apart_ms() - apart_ms_;
    if (part_ms > kClockPartMsMax || part_ms < -kClockPartMsMax) set_ = true;
    return set_;
}

/// What the caller is to reserve; absent when another thread did it meanwhile.
std::optional<IssueBook::Reserved> IssueBook::wait_or_plan(std::int64_t now_ms) {
    if (writing_) {
        while (writing_)
            changed_.wait(mutex_);
        return std::nullopt;
    }
    writing_ = true;
    if (next_serial_ == reserved_.serial_end) {
        next_serial_ =
            std::max(next_serial_,
                     static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0)) * kSerialsPerMs);
        // Until the write has succeeded nothing of it may be given out.
        reserved_.serial_end = next_serial_;
        return Reserved{.serial_end = next_serial_ + kSerialsAhead,
                        .time_end_ms = now_ms + kTimesAheadMs};
    }
    return Reserved{.serial_end = reserved_.serial_end, .time_end_ms = now_ms + kTimesAheadMs};
}

void IssueBook::write(const Reserved& next) {
    const auto done = storage::write_file_atomically(fs_, path_, encode(next));
    {
        const MutexLock lock{mutex_};
        writing_ = false;
        if (done) {
            reserved_ = next;
        } else {
            failure_ = with_context("reserving serial numbers", done.error());
        }
    }
    changed_.notify_all();
}

Expected<Ticket, NoTicket> IssueBook::take() {
    while (true) {
        std::optional<Reserved> wanted;
        {
            const MutexLock lock{mutex_};
            if (failure_) return Unexpected{NoTicket::storage};
            const std::int64_t now_ms = clock_.wall_ms();
            if (clock_is_set() || now_ms < least_ms_) return Unexpected{NoTicket::clock};
            if (next_serial_ < reserved_.serial_end && now_ms < reserved_.time_end_ms) {
                least_ms_ = now_ms;
                return Ticket{.serial = next_serial_++, .time_ms = now_ms};
            }
            wanted = wait_or_plan(now_ms);
        }
        if (wanted) write(*wanted);
    }
}

std::optional<Error> IssueBook::failure() const {
    const MutexLock lock{mutex_};
    return failure_;
}

Result<void> IssueBook::close() {
    Reserved used;
    {
        const MutexLock lock{mutex_};
        if (failure_) return Unexpected{*failure_};
        while (writing_)
            changed_.wait(mutex_);
        if (failure_) return Unexpected{*failure_};
        used = {.serial_end = next_serial_, .time_end_ms = least_ms_};
        failure_ = Error{.code = ErrorCode::unavailable, .what = "the authority is closed"};
    }
    return storage::write_file_atomically(fs_, path_, encode(used));
}

}  // namespace ropenet::timestamp
