// Parts of the state tree made from their leaves, and forgotten again. Only for the tree's own
// sources.
//
// What is loaded by a reader stays the reader's own: a node never gains a part by being read. Pure;
// any thread, as far as the LeafReader allows. Errors: its, or corrupt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "merkle/state_tree.hpp"
#include "merkle/tree_node.hpp"

namespace ropenet::merkle {

/// All positions that begin as `prefix` does, for `depth` nibbles.
struct Place {
    Hash32 prefix{};
    unsigned depth = 0;
};

/// Of a finished node.
Child inner_child(NodePtr node);

/// What stands at a place of that depth that holds these leaves, ascending by position.
Child grown_from(std::span<const Child> leaves, unsigned depth, std::uint64_t version);

/// The node of an inner child at a place; from its leaves when it is not in memory.
Result<NodePtr> node_below(const LeafReader& leaves, const Child& child, const Place& place);

/// The root of all leaves there are.
Result<NodePtr> load_top(const LeafReader& leaves, std::size_t leaves_max);

std::size_t loaded_leaves(const Node& node);
/// The same node without parts of at most kPartLeaves that are older.
NodePtr without_older(const NodePtr& node, std::uint64_t version);

}  // namespace ropenet::merkle
