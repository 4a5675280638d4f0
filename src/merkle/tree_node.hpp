// One stored node of the state tree, its key and its bytes. Only for the tree's own sources.
//
//   node key = version:be64 depth:u8 path       path: depth nibbles, two a byte, the last padded by
//   0 node     = 0x01 present:be16 leaves:be16 *child       bit 15 - n of present: child n exists
//   child    = leaf:  key:32 value:32 hash:32             bit 15 - n of leaves: it is a leaf
//            | inner: version:be64 hash:32                the version that made the child's node
//
// A leaf stands in the lowest node that has another leaf below it, or in the root. So a node that
// is not the root has at least two leaves below it. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::merkle {

inline constexpr unsigned kChildCount = 16;
inline constexpr unsigned kNibbleCount = 64;  // of a position
inline constexpr std::string_view kLeafDomain = "JMT::LeafNode";
inline constexpr std::string_view kInnerDomain = "JMT::IntrnalNode";

enum class ChildKind : std::uint8_t { none, leaf, inner };

struct Child {
    ChildKind kind = ChildKind::none;
    std::uint64_t version = 0;  // inner only
    Hash32 hash{};              // of what stands there; nothing of none
    Hash32 key{};               // leaf only
    Hash32 value{};

    friend bool operator==(const Child&, const Child&) = default;
};

using Children = std::array<Child, kChildCount>;

/// Where a leaf with this ICS-23 key stands.
Hash32 position_of(const Hash32& key);
unsigned nibble_at(const Hash32& position, unsigned depth);
Child make_leaf(const Hash32& key, const Hash32& value);

/// A node: the version that made it, and the first `depth` nibbles of any position below it.
struct Place {
    std::uint64_t version = 0;
    unsigned depth = 0;
    Hash32 position{};
};

class NodeKey {
  public:
    explicit NodeKey(const Place& place);
    BytesView view() const { return BytesView{bytes_}.first(size_); }

  private:
    static constexpr std::size_t kHeadBytes = 9;

    std::array<std::uint8_t, kHeadBytes + 32> bytes_{};
    std::size_t size_ = 0;
};

Bytes encode_children(const Children& children);
std::optional<Children> decode_children(BytesView node);

/// The binary tree over sixteen children: 1 is its root, 2n and 2n + 1 are below n, 16 + c is child
/// c. A part with a single leaf has that leaf's hash, as if the leaf stood there.
class Subtree {
  public:
    explicit Subtree(const Children& children);

    const Hash32& hash(unsigned index) const { return hashes_[index]; }
    const Hash32& root() const { return hashes_[1]; }
    bool is_single_leaf(unsigned index) const { return fill_[index] == Fill::leaf; }

  private:
    enum class Fill : std::uint8_t { none, leaf, inner };

    std::array<Hash32, 2 * kChildCount> hashes_;
    std::array<Fill, 2 * kChildCount> fill_{};
};

/// Errors: the reader's; not_found when a root is not stored; corrupt when another node is not, or
/// is no node.
Result<Children> read_children(const NodeReader& reader, const Place& place);

}  // namespace ropenet::merkle
