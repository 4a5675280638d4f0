// The state tree's root straight from its definition, for tests: slow, without nodes or versions.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::merkle::testing {

class NaiveStateTree {
  public:
    void set(const Hash32& key, const Hash32& value) {
        leaves_[crypto::sha256(key)] = {
            key, crypto::sha256({view_of("JMT::LeafNode"), crypto::sha256(key),
                                 BytesView{crypto::sha256(value)}})};
    }

    void erase(const Hash32& key) { leaves_.erase(crypto::sha256(key)); }

    Hash32 root() const {
        const std::vector<Leaf> leaves(leaves_.begin(), leaves_.end());
        return root_over(leaves, 0);
    }

    /// The keys next to an absent one, in the order of positions.
    std::pair<std::optional<Hash32>, std::optional<Hash32>> neighbours(const Hash32& key) const {
        const auto right = leaves_.lower_bound(crypto::sha256(key));
        std::pair<std::optional<Hash32>, std::optional<Hash32>> out;
        if (right != leaves_.begin()) out.first = std::prev(right)->second.first;
        if (right != leaves_.end()) out.second = right->second.first;
        return out;
    }

  private:
    using Leaf = std::pair<Hash32, std::pair<Hash32, Hash32>>;  // position, key, hash

    static bool bit_at(const Hash32& position, std::size_t depth) {
        return (position[depth / 8] >> (7 - depth % 8) & 1) != 0;
    }

    static Hash32 root_over(std::span<const Leaf> leaves, std::size_t depth) {
        if (leaves.empty()) return empty_state_root();
        if (leaves.size() == 1) return leaves[0].second.second;
        std::size_t split = 0;
        while (split < leaves.size() && !bit_at(leaves[split].first, depth))
            ++split;
        return crypto::sha256({view_of("JMT::IntrnalNode"),
                               BytesView{root_over(leaves.first(split), depth + 1)},
                               BytesView{root_over(leaves.subspan(split), depth + 1)}});
    }

    std::map<Hash32, std::pair<Hash32, Hash32>> leaves_;
};

}  // namespace ropenet::merkle::testing
