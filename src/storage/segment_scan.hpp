// Reads the bytes of one block log segment entry by entry, for whoever has a copy of it.
//
// The log itself reads its files through block_log.hpp. Pure; any thread. Errors: those of `visit`.
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::storage {

struct SegmentScan {
    std::uint64_t next_height = 0;  // of the first entry that was not visited
    std::uint64_t bytes = 0;        // of the entries that were
    bool whole = false;             // it ended at the end of the segment, or at `to_height`
};

/// What an entry of this block takes in a segment.
std::uint64_t bytes_of_entry(BytesView block);

/// Visits entries from `from_height` to at most `to_height`, and ends before the first one that is
/// cut short, has another height or fails its checksum.
Result<SegmentScan> scan_segment(
    BytesView segment, std::uint64_t from_height, std::uint64_t to_height,
    const std::function<Result<void>(std::uint64_t height, BytesView block)>& visit);

}  // namespace ropenet::storage
