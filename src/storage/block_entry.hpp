// One entry of a block log segment, and one slot of the file `acked`. Bytes in, bytes out; any
// thread.
//
//   segment = *entry
//   entry   = length crc height block
//   length  = u32 LE   ; bytes of block, 1 to the log's block_bytes_max
//   crc     = u32 LE   ; CRC-32C of length, height and block, in this order
//   height  = u64 LE   ; 1 for the first entry of 000001.seg, then rising by 1 across all segments
//
//   acked   = slot 500*OCTET slot       ; the slots lie 512 bytes apart, a disk sector each
//   slot    = height crc
//   height  = u64 LE
//   crc     = u32 LE   ; CRC-32C of height
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "storage/crc32c.hpp"
#include "storage/little_endian.hpp"

namespace ropenet::storage {

inline constexpr std::size_t kEntryHeaderBytes = 16;
inline constexpr std::size_t kAckedSlotBytes = 12;
inline constexpr std::uint64_t kAckedSlotStride = 512;

struct EntryHeader {
    std::uint32_t length = 0;
    std::uint32_t crc = 0;
    std::uint64_t height = 0;
};

inline std::uint32_t crc_of_entry(std::uint32_t length, std::uint64_t height, BytesView block) {
    std::array<std::uint8_t, 12> head{};
    const std::span<std::uint8_t, 12> all{head};
    put_le(all.first<4>(), length);
    put_le(all.last<8>(), height);
    return crc32c_more(crc32c(head), block);
}

/// Replaces `out`. Pre: block.size() fits 32 bits.
inline void encode_entry(Bytes& out, std::uint64_t height, BytesView block) {
    const auto length = static_cast<std::uint32_t>(block.size());
    out.resize(kEntryHeaderBytes);
    const auto head = std::span{out}.first<kEntryHeaderBytes>();
    put_le(head.first<4>(), length);
    put_le(head.subspan<4, 4>(), crc_of_entry(length, height, block));
    put_le(head.last<8>(), height);
    append(out, block);
}

inline EntryHeader decode_entry_header(std::span<const std::uint8_t, kEntryHeaderBytes> bytes) {
    return {.length = get_le<std::uint32_t>(bytes.first<4>()),
            .crc = get_le<std::uint32_t>(bytes.subspan<4, 4>()),
            .height = get_le<std::uint64_t>(bytes.last<8>())};
}

inline std::array<std::uint8_t, kAckedSlotBytes> encode_acked(std::uint64_t height) {
    std::array<std::uint8_t, kAckedSlotBytes> out{};
    const std::span<std::uint8_t, kAckedSlotBytes> all{out};
    put_le(all.first<8>(), height);
    put_le(all.last<4>(), crc32c(all.first<8>()));
    return out;
}

/// Absent for a slot that was never written or is torn.
inline std::optional<std::uint64_t> decode_acked(
    std::span<const std::uint8_t, kAckedSlotBytes> bytes) {
    if (get_le<std::uint32_t>(bytes.last<4>()) != crc32c(bytes.first<8>())) return std::nullopt;
    return get_le<std::uint64_t>(bytes.first<8>());
}

}  // namespace ropenet::storage
