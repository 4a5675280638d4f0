// The pairs of a state tree in a map, for tests of what stands on them.
#pragma once

#include <map>
#include <optional>

#include "merkle/state_tree.hpp"
#include "merkle/tree_node.hpp"

namespace ropenet::merkle::testing {

struct MemoryLeaves final : LeafReader {
    std::map<Hash32, TreeLeaf> leaves;  // by position
    std::optional<Error> failure;       // every read answers with it

    Result<std::optional<TreeLeaf>> find_leaf(const Hash32& position) const override {
        if (failure) return Unexpected{*failure};
        const auto it = leaves.find(position);
        if (it == leaves.end()) return std::optional<TreeLeaf>{};
        return std::optional{it->second};
    }

    Result<std::vector<PlacedLeaf>> leaves_below(const Hash32& prefix,
                                                 unsigned depth) const override {
        if (failure) return Unexpected{*failure};
        std::vector<PlacedLeaf> out;
        for (const auto& [position, leaf] : leaves) {
            unsigned same = 0;
            while (same < depth && nibble_at(position, same) == nibble_at(prefix, same))
                ++same;
            if (same == depth) out.push_back({.position = position, .leaf = leaf});
        }
        return out;
    }

    void apply(const TreeUpdate& update) {
        for (const PlacedChange& it : update.changes) {
            if (it.change.value) {
                leaves[it.position] = {.key = it.change.key, .value = *it.change.value};
            } else {
                leaves.erase(it.position);
            }
        }
    }
};

}  // namespace ropenet::merkle::testing
