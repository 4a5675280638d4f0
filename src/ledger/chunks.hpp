// Several rows of a block under one key: a put into the store costs more than most rows.
//
//   items   = count:u8 *(length:be32 item)     of consecutive log indexes; the key ends with the
//                                              first one as be64
//   posting = *leb128                          rising log indexes: the key ends with the first one,
//                                              here are the distances to each next one
//
// No chunk holds rows of two blocks. Pure; any thread. What is read back may be damaged: absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"

namespace ropenet::ledger {

inline constexpr std::size_t kChunkItemsMax = 64;

/// Pre: at most kChunkItemsMax.
Bytes encode_items(std::span<const Bytes> items);
std::optional<std::size_t> item_count(BytesView chunk);
/// The n-th from 0.
std::optional<BytesView> item_at(BytesView chunk, std::size_t n);

class Posting {
  public:
    /// Pre: larger than the one before.
    void add(std::uint64_t index);
    bool empty() const { return count_ == 0; }
    std::uint64_t first() const { return first_; }
    const Bytes& distances() const { return distances_; }

  private:
    std::size_t count_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t last_ = 0;
    Bytes distances_;
};

std::optional<std::vector<std::uint64_t>> indexes_of_posting(std::uint64_t first,
                                                             BytesView distances);

}  // namespace ropenet::ledger
