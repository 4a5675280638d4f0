// RFC 6962 hashing and proof checking, written for the verifier alone.
//
// Shares nothing with the code that makes proofs (`merkle`), so one mistake is not made twice.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"

namespace ropenet::verify {

Hash32 leaf_hash(BytesView leaf);
Hash32 node_hash(const Hash32& left, const Hash32& right);

/// The root that `path` leads to; absent if its length does not fit index and size (RFC 9162
/// section 2.1.3.2).
std::optional<Hash32> root_from_path(std::uint64_t index, std::uint64_t size, const Hash32& leaf,
                                     std::span<const Hash32> path);

struct TreeHead {
    std::uint64_t size = 0;
    Hash32 root{};
};

/// Whether `path` proves that `newer` extends `older` (RFC 9162 section 2.1.4.2).
bool is_consistent(const TreeHead& older, const TreeHead& newer, std::span<const Hash32> path);

}  // namespace ropenet::verify
