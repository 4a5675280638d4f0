// The tree over the state: a sparse Merkle tree with the JMT constants of ICS-23, in memory.
//
//   leaf  = SHA-256("JMT::LeafNode" || SHA-256(key) || SHA-256(value))     key, value: ICS-23's
//   inner = SHA-256("JMT::IntrnalNode" || left || right)
//   empty = "SPARSE_MERKLE_PLACEHOLDER_HASH__"
//
// A leaf stands at SHA-256(key), read from the highest bit; a subtree of one leaf is that leaf. So
// the root depends on the pairs alone, not on their history.
//
// A tree never changes: an update makes another one that shares what stayed. Only the pairs are
// stored (LeafReader); parts that are not in memory are made from them, and checked against the
// hash above. Writes nothing itself. Pure; any thread, as far as the reader allows. Errors: the
// reader's, or corrupt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::merkle {

/// ICS-23's key and value: SHA-256 of the full key, SHA-256 of the value.
struct TreeLeaf {
    Hash32 key{};
    Hash32 value{};

    friend bool operator==(const TreeLeaf&, const TreeLeaf&) = default;
};

struct TreeChange {
    Hash32 key{};
    std::optional<Hash32> value;  // absent: the key is removed
};

/// What a state write means to the tree: both sides hashed.
TreeChange change_of(BytesView full_key, const std::optional<Bytes>& value);

/// Where the leaf of a full key stands.
Hash32 position_of_full_key(BytesView full_key);

/// A change with the position of its leaf.
struct PlacedChange {
    Hash32 position{};
    TreeChange change;
};

struct PlacedLeaf {
    Hash32 position{};
    TreeLeaf leaf;
};

/// The pairs of one tree.
class LeafReader {
  public:
    virtual ~LeafReader() = default;
    virtual Result<std::optional<TreeLeaf>> find_leaf(const Hash32& position) const = 0;
    /// Those whose position begins as `prefix` does, for `depth` nibbles; ascending.
    virtual Result<std::vector<PlacedLeaf>> leaves_below(const Hash32& prefix,
                                                         unsigned depth) const = 0;
};

/// The root of a tree without leaves.
Hash32 empty_state_root();

class Node;
struct TreeUpdate;

class StateTree {
  public:
    /// Without leaves.
    StateTree();

    /// The tree of all pairs that there are, with at most about `leaves_max` of them in memory.
    static Result<StateTree> load(const LeafReader& leaves, std::size_t leaves_max);

    const Hash32& root() const;
    std::size_t size() const;  // leaves

    /// False only if no leaf stands there; true as well where the tree is not in memory. Asks no
    /// reader.
    bool may_hold(const Hash32& position) const;

    /// This tree after `changes`, which are strictly ascending by key and may change nothing.
    /// `leaves` are this tree's. `version`: any number that grows from update to update.
    Result<TreeUpdate> updated(const LeafReader& leaves, std::uint64_t version,
                               std::span<const TreeChange> changes) const;

    /// Leaves in memory.
    std::size_t loaded() const;
    /// The same tree without the parts of up to kPartLeaves leaves that no update since `version`
    /// made.
    StateTree forget_older(std::uint64_t version) const;

    const std::shared_ptr<const Node>& top() const { return top_; }

  private:
    explicit StateTree(std::shared_ptr<const Node> top) : top_{std::move(top)} {}

    std::shared_ptr<const Node> top_;  // never null
};

struct TreeUpdate {
    StateTree tree;
    std::vector<PlacedChange> changes;  // ascending by position

    const Hash32& root() const { return tree.root(); }
};

/// What is forgotten and loaded again at once.
inline constexpr std::size_t kPartLeaves = 64;

}  // namespace ropenet::merkle
