// A state in a map, for tests of what stands on it.
#pragma once

#include <map>
#include <optional>

#include "merkle/testing/memory_nodes.hpp"
#include "state/state_view.hpp"

namespace ropenet::state::testing {

struct FakeState final : StateView {
    std::map<Bytes, Bytes> values;
    merkle::testing::MemoryNodes nodes;
    std::optional<std::uint64_t> version;

    Result<std::optional<Bytes>> find(BytesView key) const override {
        const auto it = values.find(to_bytes(key));
        if (it == values.end()) return std::optional<Bytes>{};
        return std::optional{it->second};
    }

    Result<merkle::TreeUpdate> root_after(const StateDiff& diff,
                                          std::uint64_t height) const override {
        return merkle::update(nodes, version, height, tree_changes(diff));
    }

    /// Makes `diff` the state after `height`.
    void apply(const StateDiff& diff, const merkle::TreeUpdate& update, std::uint64_t height) {
        for (const auto& [key, value] : diff) {
            if (value) {
                values[key] = *value;
            } else {
                values.erase(key);
            }
        }
        nodes.apply(update);
        version = height;
    }
};

}  // namespace ropenet::state::testing
