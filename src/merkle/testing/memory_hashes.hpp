// A log's hashes in memory, for tests of what needs proofs.
#pragma once

#include <optional>
#include <vector>

#include "merkle/log_tree.hpp"

namespace ropenet::merkle::testing {

struct MemoryHashes final : HashReader {
    std::vector<std::vector<Hash32>> levels;

    void append(Hash32 hash) {
        for (std::size_t level = 0;; ++level) {
            if (level == levels.size()) levels.emplace_back();
            auto& row = levels[level];
            row.push_back(hash);
            if (row.size() % 2 != 0) return;
            hash = node_hash(row[row.size() - 2], row.back());
        }
    }

    std::uint64_t size() const { return levels.empty() ? 0 : levels[0].size(); }

    std::optional<Hash32> find_node(unsigned level, std::uint64_t index) const override {
        if (level >= levels.size() || index >= levels[level].size()) return std::nullopt;
        return levels[level][index];
    }
};

}  // namespace ropenet::merkle::testing
