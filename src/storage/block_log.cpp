#include "storage/block_log.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "storage/block_entry.hpp"

namespace ropenet::storage {
namespace {

constexpr std::size_t kNumberDigits = 6;

std::uint64_t packed(std::uint32_t segment, std::uint32_t offset) {
    return (std::uint64_t{segment} << 32) | offset;
}

}  // namespace

BlockLog::BlockLog(FileSystem& fs, std::string dir, BlockLogLimits limits)
    : fs_{fs}, dir_{std::move(dir)}, limits_{limits} {
    // An offset inside a segment must fit 32 bits, wherever its last entry begins.
    ROPE_CHECK(limits.segment_bytes_max < (1ULL << 32));
}

Result<void> BlockLog::append(std::uint64_t height, BytesView block) {
    if (auto ok = alive(); !ok) return ok;
    const std::uint64_t expected = last_height() + 1;
    if (height != expected) {
        return fail(ErrorCode::invalid, "block log " + dir_ + ": height " + std::to_string(height) +
                                            " where " + std::to_string(expected) + " must follow");
    }
    if (block.empty() || block.size() > limits_.block_bytes_max) {
        return fail(ErrorCode::invalid,
                    "block log " + dir_ + ": a block of " + std::to_string(block.size()) +
                        " bytes, allowed are 1 to " + std::to_string(limits_.block_bytes_max));
    }
    return die(append_entry(height, block));
}

Result<void> BlockLog::append_entry(std::uint64_t height, BytesView block) {
    if (segment_size_ >= limits_.segment_bytes_max) {
        if (auto done = sync_segment(); !done) return done;
        if (auto done = start_segment(segment_number_ + 1); !done) return done;
    }
    encode_entry(entry_, height, block);
    if (auto done = segment_->append(entry_); !done) return done;
    remember({.segment = segment_number_, .offset = static_cast<std::uint32_t>(segment_size_)});
    segment_size_ += entry_.size();
    last_height_.store(height, std::memory_order_release);
    return {};
}

Result<void> BlockLog::sync() {
    if (auto ok = alive(); !ok) return ok;
    return die(sync_segment());
}

Result<void> BlockLog::sync_segment() {
    const std::uint64_t height = last_height();
    if (auto done = segment_->sync(); !done) return done;
    durable_height_.store(height, std::memory_order_release);
    return write_acked(height);
}

Result<void> BlockLog::append_durably(std::uint64_t height, BytesView block) {
    if (auto done = append(height, block); !done) return done;
    return sync();
}

Result<void> BlockLog::start_segment(std::uint32_t number) {
    ROPE_TRY(segment_, fs_.open(segment_path(number), OpenMode::recreate));
    segment_number_ = number;
    segment_size_ = 0;
    return fs_.sync_dir(dir_);
}

/// Not synced: a stale `acked` only means that less is known to be acknowledged, and it is current
/// after every end of the process but a power loss.
Result<void> BlockLog::write_acked(std::uint64_t height) {
    acked_slot_ ^= 1;
    return acked_->write_at(acked_slot_ * kAckedSlotStride, encode_acked(height));
}

Result<BlockLog::Position> BlockLog::position_of(std::uint64_t height) const {
    if (auto ok = alive(); !ok) return Unexpected{ok.error()};
    const auto at = find_position(height);
    if (at) return *at;
    return fail(ErrorCode::not_found, "no block of height " + std::to_string(height));
}

Result<Bytes> BlockLog::read(std::uint64_t height) const {
    ROPE_TRY(const Position at, position_of(height));
    ROPE_TRY(const auto file, fs_.open(segment_path(at.segment), OpenMode::read));
    return read_entry(*file, at, height);
}

Result<Bytes> BlockLog::read_part(std::uint64_t height, std::uint32_t offset,
                                  std::uint32_t size) const {
    ROPE_TRY(const Position at, position_of(height));
    if (size > limits_.block_bytes_max) {
        return Unexpected{damaged(at, height, "a part is larger than a block may be")};
    }
    ROPE_TRY(const auto file, fs_.open(segment_path(at.segment), OpenMode::read));
    Bytes part(size);
    const std::uint64_t from = std::uint64_t{at.offset} + kEntryHeaderBytes + offset;
    ROPE_TRY(const std::size_t got, file->read_at(from, part));
    if (got != size) return Unexpected{damaged(at, height, "it ends too early")};
    return part;
}

Result<void> BlockLog::for_each(std::uint64_t from, const Visit& visit) const {
    const std::uint64_t last = last_height();
    std::unique_ptr<File> file;
    std::uint32_t file_number = 0;
    for (std::uint64_t height = std::max<std::uint64_t>(from, 1); height <= last; ++height) {
        if (auto ok = alive(); !ok) return ok;
        const auto at = find_position(height);
        ROPE_CHECK(at.has_value());
        if (file == nullptr || file_number != at->segment) {
            ROPE_TRY(file, fs_.open(segment_path(at->segment), OpenMode::read));
            file_number = at->segment;
        }
        ROPE_TRY(const Bytes block, read_entry(*file, *at, height));
        if (auto done = visit(height, block); !done) return done;
    }
    return {};
}

Result<Bytes> BlockLog::read_entry(const File& file, Position at, std::uint64_t height) const {
    std::array<std::uint8_t, kEntryHeaderBytes> head{};
    ROPE_TRY(const std::size_t head_got, file.read_at(at.offset, head));
    const EntryHeader header = decode_entry_header(head);
    if (head_got != head.size() || header.height != height || header.length == 0 ||
        header.length > limits_.block_bytes_max) {
        return Unexpected{damaged(at, height, "its header is not what was written")};
    }
    Bytes block(header.length);
    ROPE_TRY(const std::size_t got, file.read_at(at.offset + kEntryHeaderBytes, block));
    if (got != block.size() || crc_of_entry(header.length, height, block) != header.crc) {
        return Unexpected{damaged(at, height, "its checksum does not match")};
    }
    return block;
}

Error BlockLog::damaged(Position at, std::uint64_t height, const std::string& reason) const {
    return {.code = ErrorCode::corrupt,
            .what = "block log " + segment_path(at.segment) + ", offset " +
                    std::to_string(at.offset) + ": block of height " + std::to_string(height) +
                    " is damaged (" + reason + "); run `ropenet node repair`"};
}

void BlockLog::remember(Position position) {
    const MutexLock lock{mutex_};
    index_.push_back(packed(position.segment, position.offset));
}

std::optional<BlockLog::Position> BlockLog::find_position(std::uint64_t height) const {
    const MutexLock lock{mutex_};
    if (height == 0 || height > index_.size()) return std::nullopt;
    const std::uint64_t both = index_[height - 1];
    return Position{.segment = static_cast<std::uint32_t>(both >> 32),
                    .offset = static_cast<std::uint32_t>(both)};
}

std::string BlockLog::segment_path(std::uint32_t number) const {
    std::string digits = std::to_string(number);
    if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
    return join_path(dir_, digits + ".seg");
}

Result<void> BlockLog::die(Result<void> result) {
    if (!result) dead_.store(true, std::memory_order_release);
    return result;
}

Result<void> BlockLog::alive() const {
    if (!dead()) return {};
    return fail(ErrorCode::io,
                "block log " + dir_ + " stopped after a failed write; restart the node");
}

}  // namespace ropenet::storage
