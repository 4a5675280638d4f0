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
#include <memory>
#include <optional>
#include <vector>

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

class Node;
using NodePtr = std::shared_ptr<const Node>;

/// Sixteen children and the binary tree over them: 1 is its root, 2n and 2n + 1 are below n, 16 + c
/// is child c. A part with a single leaf has that leaf's hash, as if the leaf stood there.
///
/// Copies share what is loaded below them. The links down are a cache: a const node may gain and
/// lose them, so one thread at a time.
class Node {
  public:
    const Child& child(unsigned nibble) const;
    /// The hashes above it are old until rehash(). `below` is the child's own node, if at hand.
    void set_child(unsigned nibble, const Child& child, NodePtr below = {});
    void rehash();

    /// Pre: rehash() since the last change; 1 <= index < 32.
    const Hash32& hash(unsigned index) const;
    const Hash32& root() const { return hash(1); }
    bool is_single_leaf(unsigned index) const { return fill(index) == Fill::leaf; }

    unsigned child_count() const { return static_cast<unsigned>(slots_.size()); }
    /// The node of an inner child, if it is loaded.
    const NodePtr& below(unsigned nibble) const { return slots_[slot_of(nibble)].below; }
    void link(unsigned nibble, NodePtr below) const;

    /// The newest version whose update passed here.
    std::uint64_t used_at() const { return used_at_; }
    void use(std::uint64_t version) const { used_at_ = version; }
    /// Unlinks what no update since `version` passed; how many nodes stay, this one included.
    std::size_t keep_used_since(std::uint64_t version) const;

  private:
    enum class Fill : std::uint8_t { none, leaf, inner };

    struct Slot {
        Child child;
        mutable NodePtr below;
    };

    bool has(unsigned nibble) const { return (present_ >> nibble & 1U) != 0; }
    std::size_t slot_of(unsigned nibble) const;
    Fill fill(unsigned index) const;
    void rehash_at(unsigned index);

    std::uint32_t present_ = 0;                 // bit n: child n exists
    std::uint32_t dirty_ = 0;                   // bit n: child n changed since the last rehash
    std::vector<Slot> slots_;                   // of the children that exist, in order
    std::array<Hash32, kChildCount> hashes_{};  // 1 to 15
    std::array<Fill, kChildCount> fills_{};
    mutable std::uint64_t used_at_ = 0;
};

Bytes encode_node(const Node& node);
/// Its hashes are not computed yet.
std::optional<Node> decode_node(BytesView bytes);

/// Errors: the reader's; not_found when a root is not stored; corrupt when another node is not, or
/// is no node. The hashes are not computed yet.
Result<Node> read_node(const NodeReader& reader, const Place& place);

}  // namespace ropenet::merkle
