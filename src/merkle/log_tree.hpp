// The tree of a log: RFC 6962 (and RFC 9162 section 2.1) with SHA-256, its roots and its proofs.
//
//   leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), no leaf = SHA-256("")
//
// Knows nothing of where hashes are kept (see tiles.hpp) and nothing of what a leaf means. Checking
// proofs is `verify`'s work and shares nothing with this. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet::merkle {

/// Sizes and indexes stand in records as integers below 2^53.
inline constexpr std::uint64_t kLogSizeMax = (std::uint64_t{1} << 53) - 1;

Hash32 leaf_hash(BytesView leaf);
Hash32 node_hash(const Hash32& left, const Hash32& right);
/// The root of a log without leaves.
Hash32 empty_root();

/// Roots of complete subtrees of a log that only grows.
class HashReader {
  public:
    virtual ~HashReader() = default;

    /// The root over leaves [index << level, (index + 1) << level). Absent when it cannot be had:
    /// the log is shorter, or what is stored is missing or damaged.
    virtual std::optional<Hash32> find_node(unsigned level, std::uint64_t index) const = 0;
};

enum class ProofError : std::uint8_t {
    range,         // no such leaf or no such size
    missing_hash,  // the reader does not have a hash that the proof needs
};

enum class FrontierError : std::uint8_t { length, size };

/// What must be kept of a log to append to it: the roots of its complete subtrees, largest first.
/// At most 53 hashes, so a block's leaves are tried on a copy.
class Frontier {
  public:
    /// Pre: size() < kLogSizeMax.
    void append(const Hash32& leaf);

    std::uint64_t size() const { return size_; }
    const std::vector<Hash32>& roots() const { return roots_; }
    Hash32 root() const;

    //   frontier = size:be64 *hash      one hash for each bit set in size, from the highest
    Bytes encode() const;
    static Expected<Frontier, FrontierError> decode(BytesView bytes);

    friend bool operator==(const Frontier&, const Frontier&) = default;

  private:
    friend Expected<Frontier, ProofError> frontier_at(const HashReader& reader,
                                                      std::uint64_t tree_size);

    std::uint64_t size_ = 0;
    std::vector<Hash32> roots_;
};

/// From the leaf's sibling up, as RFC 6962 section 2.1.1 orders it.
Expected<std::vector<Hash32>, ProofError> inclusion_proof(const HashReader& reader,
                                                          std::uint64_t leaf_index,
                                                          std::uint64_t tree_size);

/// RFC 6962 section 2.1.2. Empty when old_size is 0 or new_size.
Expected<std::vector<Hash32>, ProofError> consistency_proof(const HashReader& reader,
                                                            std::uint64_t old_size,
                                                            std::uint64_t new_size);

Expected<Hash32, ProofError> root_at(const HashReader& reader, std::uint64_t tree_size);

/// The frontier of the log when it had tree_size leaves.
Expected<Frontier, ProofError> frontier_at(const HashReader& reader, std::uint64_t tree_size);

}  // namespace ropenet::merkle
