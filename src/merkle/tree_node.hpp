// One node of the state tree in memory: sixteen children and the binary tree over them. Only for
// the tree's own sources.
//
// A leaf stands in the lowest node that has another leaf below it, or in the root. So a node that
// is not the root has at least two leaves below it.
//
// A finished node never changes, so trees share nodes and any thread may read them; set_child and
// finish are for whoever makes it. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace ropenet::merkle {

inline constexpr unsigned kChildCount = 16;
inline constexpr unsigned kNibbleCount = 64;  // of a position
inline constexpr std::string_view kLeafDomain = "JMT::LeafNode";
inline constexpr std::string_view kInnerDomain = "JMT::IntrnalNode";

class Node;
using NodePtr = std::shared_ptr<const Node>;

enum class ChildKind : std::uint8_t { none, leaf, inner };

struct Child {
    ChildKind kind = ChildKind::none;
    std::uint32_t leaves = 0;  // it holds, itself included
    Hash32 hash{};             // of what stands there; nothing of none
    Hash32 position{};         // leaf only
    NodePtr below;             // inner only; null when it is not in memory
};

/// Where a leaf with this ICS-23 key stands.
Hash32 position_of(const Hash32& key);
unsigned nibble_at(const Hash32& position, unsigned depth);
Child make_leaf(const Hash32& position, const Hash32& value);

/// Over the children, binary: 1 is the root, 2n and 2n + 1 are below n, 16 + c is child c. A part
/// with a single leaf has that leaf's hash, as if the leaf stood there.
class Node {
  public:
    const Child& child(unsigned nibble) const;
    unsigned child_count() const { return static_cast<unsigned>(children_.size()); }
    std::uint32_t leaves() const { return leaves_; }
    /// The update that made it.
    std::uint64_t version() const { return version_; }
    const Hash32& root() const { return root_; }
    /// 1 <= index < 32.
    Hash32 hash(unsigned index) const;
    bool is_single_leaf(unsigned index) const { return fill(index) == Fill::leaf; }

    /// Until the next finish() the hashes are old.
    void set_child(unsigned nibble, Child child);
    void finish(std::uint64_t version);
    /// The same inner child with more or less of it in memory.
    void replace_below(unsigned nibble, NodePtr below);

  private:
    enum class Fill : std::uint8_t { none, leaf, inner };
    /// With so few children their hashes are computed when asked for: most nodes are such.
    static constexpr std::size_t kSparseMax = 4;

    bool has(unsigned nibble) const { return (present_ >> nibble & 1U) != 0; }
    std::size_t slot_of(unsigned nibble) const;
    Fill fill(unsigned index) const;
    Hash32 computed(unsigned index) const;

    std::uint16_t present_ = 0;    // bit n: child n exists
    std::uint16_t leaf_mask_ = 0;  // bit n: it is a leaf
    std::uint16_t dirty_ = 0;      // bit n: it changed since the last finish
    std::uint32_t leaves_ = 0;
    std::uint64_t version_ = 0;
    std::vector<Child> children_;  // that exist, in order
    std::vector<Hash32> hashes_;   // 0 unused, 1 to 15; none when sparse
    Hash32 root_{};
};

}  // namespace ropenet::merkle
