// A state in a map, for tests of what stands on it.
#pragma once

#include <map>
#include <optional>

#include "merkle/testing/memory_leaves.hpp"
#include "state/state_view.hpp"

namespace ropenet::state::testing {

struct FakeState final : StateView {
    std::map<Bytes, Bytes> values;
    merkle::testing::MemoryLeaves leaves;
    merkle::StateTree tree;

    Result<std::optional<Bytes>> find(BytesView key) const override {
        const auto it = values.find(to_bytes(key));
        if (it == values.end()) return std::optional<Bytes>{};
        return std::optional{it->second};
    }

    Result<merkle::TreeUpdate> root_after(const StateDiff& diff,
                                          std::uint64_t height) const override {
        return tree.updated(leaves, height, tree_changes(diff));
    }

    void apply(const StateDiff& diff, const merkle::TreeUpdate& update) {
        for (const auto& [key, value] : diff) {
            if (value) {
                values[key] = *value;
            } else {
                values.erase(key);
            }
        }
        leaves.apply(update);
        tree = update.tree;
    }
};

}  // namespace ropenet::state::testing
