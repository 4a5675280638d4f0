// The tree over the state: a sparse Merkle tree with the JMT constants of ICS-23, kept in versions.
//
//   leaf  = SHA-256("JMT::LeafNode" || SHA-256(key) || SHA-256(value))     key, value: ICS-23's
//   inner = SHA-256("JMT::IntrnalNode" || left || right)
//   empty = "SPARSE_MERKLE_PLACEHOLDER_HASH__"
//
// A leaf stands at SHA-256(key), read from the highest bit; a subtree of one leaf is that leaf. So
// the root depends on the pairs alone, not on their history.
//
// Stored are nodes of sixteen children, never overwritten: an update names new nodes and those that
// only older versions still need. Versions are the heights that changed the state. Writes nothing
// itself. Pure; any thread, as far as the reader allows. Errors: the reader's, or corrupt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::merkle {

/// ICS-23's key and value: SHA-256 of the full key, SHA-256 of the value.
struct TreeChange {
    Hash32 key{};
    std::optional<Hash32> value;  // absent: the key is removed
};

/// What a state write means to the tree: both sides hashed.
TreeChange change_of(BytesView full_key, const std::optional<Bytes>& value);

class Node;

struct TreeUpdate {
    Hash32 root{};
    std::vector<std::pair<Bytes, Bytes>> new_nodes;  // node key, node; ascending
    std::vector<Bytes> stale_nodes;                  // keys that the base needs and this does not
    std::shared_ptr<const Node> top;                 // the new root; null without changes
    std::size_t nodes_read = 0;                      // by the reader
};

/// Stored nodes by key. A key's node never changes.
class NodeReader {
  public:
    virtual ~NodeReader() = default;
    virtual Result<std::optional<Bytes>> find_node(BytesView node_key) const = 0;
};

/// The root of a tree without leaves.
Hash32 empty_state_root();

/// The tree of base_version (absent: the empty tree) after `changes`, which are strictly ascending
/// by key. Without changes there are no new nodes and the version to read stays the base's;
/// otherwise the result can be read as new_version once its new nodes are stored.
/// `top` is the base's root from the update that made it, with what is loaded below; without it
/// everything is read. A node read is checked against the hash that its parent has.
/// Pre: new_version > base_version.
Result<TreeUpdate> update(const NodeReader& reader, std::optional<std::uint64_t> base_version,
                          std::uint64_t new_version, std::span<const TreeChange> changes,
                          const std::shared_ptr<const Node>& top = {});

/// Forgets the loaded nodes below `top` that no update to `version` or later passed; how many stay.
/// Not while another thread uses the tree.
std::size_t forget_unused(const Node& top, std::uint64_t version);

/// The root of a version that is stored; not_found when it is not (or no longer).
Result<Hash32> root_of(const NodeReader& reader, std::uint64_t version);

/// ICS-23's value of a key, as the tree has it.
Result<std::optional<Hash32>> find_value(const NodeReader& reader, std::uint64_t version,
                                         const Hash32& key);

/// The version part of a node key (every key begins with the version that made the node, be64).
/// Absent when that is no node key.
std::optional<std::uint64_t> version_of_node_key(BytesView node_key);

}  // namespace ropenet::merkle
