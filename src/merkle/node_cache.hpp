// A bounded memory of tree nodes in front of slower storage.
//
// Nodes never change under their key, so nothing is ever invalidated. Holds at most node_count_max
// nodes: two generations; when the young one is half of that, the old one is dropped.
// One thread. Errors: the inner reader's, which are not remembered.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "merkle/state_tree.hpp"

namespace ropenet::merkle {

class NodeCache final : public NodeReader {
  public:
    /// `inner` must outlive the cache. Pre: node_count_max >= 2.
    NodeCache(const NodeReader& inner, std::size_t node_count_max);

    Result<std::optional<Bytes>> find_node(BytesView node_key) const override;

    /// New nodes are what the next update reads first.
    void remember(const TreeUpdate& update);

    std::size_t node_count() const { return young_.size() + old_.size(); }

  private:
    using Generation = std::unordered_map<std::string, Bytes>;

    void keep(std::string key, const Bytes& node) const;

    const NodeReader& inner_;
    std::size_t generation_max_;
    mutable Generation young_;
    mutable Generation old_;
};

}  // namespace ropenet::merkle
