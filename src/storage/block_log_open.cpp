// Opening a block log: what is whole is indexed, what was acknowledged must be whole, the rest
// goes.
#include <algorithm>
#include <limits>
#include <utility>

#include "storage/block_entry.hpp"
#include "storage/block_log.hpp"

namespace ropenet::storage {
namespace {

constexpr std::string_view kSuffix = ".seg";
constexpr std::size_t kNameBytes = 10;  // 000001.seg
constexpr std::size_t kDigits = 6;

/// Absent for any other name.
std::optional<std::uint32_t> number_of(std::string_view name) {
    if (name.size() != kNameBytes || !name.ends_with(kSuffix)) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : name.substr(0, kDigits)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return number;
}

}  // namespace

Result<std::unique_ptr<BlockLog>> BlockLog::open(FileSystem& fs, std::string dir,
                                                 std::uint64_t floor_height,
                                                 BlockLogLimits limits) {
    std::unique_ptr<BlockLog> log{new BlockLog{fs, std::move(dir), limits}};
    if (auto done = fs.create_dirs(log->dir_); !done) return Unexpected{done.error()};
    if (auto done = log->load(floor_height); !done) return Unexpected{done.error()};
    return log;
}

Result<void> BlockLog::load(std::uint64_t floor_height) {
    ROPE_TRY(const std::uint64_t acked, load_acked());
    const std::uint64_t guarded = std::max(acked, floor_height);
    ROPE_TRY(const std::vector<std::uint32_t> segments, list_segments());
    ROPE_TRY(const std::optional<Damage> damage, scan(segments));
    const std::uint64_t next = last_height() + 1;
    if (next <= guarded) {
        if (damage) return Unexpected{damaged(damage->at, next, damage->reason)};
        return fail(ErrorCode::corrupt, "block log " + dir_ + " ends at height " +
                                            std::to_string(last_height()) + ", but height " +
                                            std::to_string(guarded) +
                                            " was acknowledged; run `ropenet node repair`");
    }
    if (damage) {
        if (auto done = cut(*damage, segments); !done) return done;
    }
    return make_ready();
}

Result<std::vector<std::uint32_t>> BlockLog::list_segments() {
    ROPE_TRY(const std::vector<std::string> names, fs_.list(dir_));
    std::vector<std::uint32_t> numbers;
    for (const std::string& name : names) {
        if (const auto number = number_of(name)) numbers.push_back(*number);
    }
    return numbers;
}

Result<std::optional<BlockLog::Damage>> BlockLog::scan(const std::vector<std::uint32_t>& segments) {
    std::uint32_t expected = 1;
    for (const std::uint32_t number : segments) {
        if (number != expected) {
            return std::optional{Damage{.at = {.segment = expected}, .reason = "file is missing"}};
        }
        ROPE_TRY(auto damage, scan_segment(number));
        if (damage) return damage;
        segment_number_ = number;
        ++expected;
    }
    return std::optional<Damage>{};
}

Result<std::optional<BlockLog::Damage>> BlockLog::scan_segment(std::uint32_t number) {
    ROPE_TRY(const auto file, fs_.open(segment_path(number), OpenMode::read));
    ROPE_TRY(const std::uint64_t size, file->size());
    for (std::uint64_t offset = 0; offset < size;) {
        if (offset > std::numeric_limits<std::uint32_t>::max()) {
            const auto end = std::numeric_limits<std::uint32_t>::max();
            return std::optional{Damage{.at = {number, end}, .reason = "file is too large"}};
        }
        const Position at{.segment = number, .offset = static_cast<std::uint32_t>(offset)};
        const std::uint64_t height = last_height() + 1;
        const auto block = read_entry(*file, at, height);
        if (!block) {
            if (block.error().code != ErrorCode::corrupt) return Unexpected{block.error()};
            const bool torn = size - offset < kEntryHeaderBytes;
            return std::optional{
                Damage{.at = at, .reason = torn ? "header is cut short" : "checksum or header"}};
        }
        remember(at);
        last_height_.store(height, std::memory_order_release);
        offset += kEntryHeaderBytes + block->size();
    }
    return std::optional<Damage>{};
}

/// Later files first, so that a crash in between leaves a log that is cut at the same place again.
Result<void> BlockLog::cut(const Damage& damage, const std::vector<std::uint32_t>& segments) {
    cut_off_ = CutOff{.from_height = last_height() + 1,
                      .file = segment_path(damage.at.segment),
                      .offset = damage.at.offset,
                      .reason = damage.reason};
    for (auto number = segments.rbegin(); number != segments.rend(); ++number) {
        if (*number < damage.at.segment) break;
        const std::string path = segment_path(*number);
        ROPE_TRY(const auto file, fs_.open(path, OpenMode::append));
        ROPE_TRY(const std::uint64_t size, file->size());
        if (*number > damage.at.segment) {
            cut_off_->bytes += size;
            if (auto done = fs_.remove(path); !done) return done;
            if (auto done = fs_.sync_dir(dir_); !done) return done;
            continue;
        }
        cut_off_->bytes += size - damage.at.offset;
        segment_number_ = *number;
        if (auto done = file->truncate(damage.at.offset); !done) return done;
        if (auto done = file->sync(); !done) return done;
    }
    return {};
}

/// What was read may only be in the page cache yet (a kill -9 before the sync): it is made durable
/// before anybody builds on it.
Result<void> BlockLog::make_ready() {
    segment_number_ = std::max<std::uint32_t>(segment_number_, 1);
    ROPE_TRY(segment_, fs_.open(segment_path(segment_number_), OpenMode::append));
    ROPE_TRY(segment_size_, segment_->size());
    if (auto done = segment_->sync(); !done) return done;
    if (auto done = fs_.sync_dir(dir_); !done) return done;
    durable_height_.store(last_height(), std::memory_order_release);
    return write_acked(last_height());
}

Result<std::uint64_t> BlockLog::load_acked() {
    ROPE_TRY(acked_, fs_.open(join_path(dir_, "acked"), OpenMode::write));
    std::uint64_t highest = 0;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        std::array<std::uint8_t, kAckedSlotBytes> bytes{};
        ROPE_TRY(const std::size_t got, acked_->read_at(slot * kAckedSlotStride, bytes));
        const auto height = got == bytes.size() ? decode_acked(bytes) : std::nullopt;
        if (!height || *height < highest) continue;
        highest = *height;
        acked_slot_ = slot;
    }
    return highest;
}

}  // namespace ropenet::storage
