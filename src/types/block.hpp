// A block as the block log keeps it: what was decided, and what it must lead to.
//
//   block = { 1: height, 2: time_ms, 3: [* tx bstr], 4: state_root, 5: log_size, 6: log_root }
//
// Keys 4 to 6 are the result of executing the block on this node; a replay that reaches another
// result is a broken invariant or a damaged disk, never accepted. Not a format at the edge: only
// this node reads it. Format: docs/spec/block-log.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

struct Block {
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    std::vector<Bytes> txs;
    Hash32 state_root{};
    std::uint64_t log_size = 0;
    Hash32 log_root{};

    friend bool operator==(const Block&, const Block&) = default;
};

enum class BlockError : std::uint8_t { malformed, range, too_many_txs, oversize };

Bytes encode_block(const Block& block);
/// Where each tx begins in the encoded block.
std::vector<std::uint32_t> tx_offsets_of(const Block& block);
Expected<Block, BlockError> decode_block(BytesView bytes);

}  // namespace ropenet
