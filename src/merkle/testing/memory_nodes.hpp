// Tree nodes in a map, for tests of what stands on them.
#pragma once

#include <map>
#include <optional>

#include "merkle/state_tree.hpp"

namespace ropenet::merkle::testing {

struct MemoryNodes final : NodeReader {
    std::map<Bytes, Bytes> nodes;
    std::optional<Error> failure;  // every read answers with it

    Result<std::optional<Bytes>> find_node(BytesView node_key) const override {
        if (failure) return Unexpected{*failure};
        const auto it = nodes.find(to_bytes(node_key));
        if (it == nodes.end()) return std::optional<Bytes>{};
        return std::optional{it->second};
    }

    /// Stores the new nodes; what became stale stays readable until prune().
    void apply(const TreeUpdate& update) {
        for (const auto& [key, node] : update.new_nodes)
            nodes[key] = node;
    }

    void prune(const TreeUpdate& update) {
        for (const Bytes& key : update.stale_nodes)
            nodes.erase(key);
    }
};

}  // namespace ropenet::merkle::testing
