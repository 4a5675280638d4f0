#include "merkle/node_cache.hpp"

#include <utility>

#include "base/check.hpp"

namespace ropenet::merkle {

NodeCache::NodeCache(const NodeReader& inner, std::size_t node_count_max)
    : inner_{inner}, generation_max_{node_count_max / 2} {
    ROPE_CHECK(generation_max_ > 0);
}

Result<std::optional<Bytes>> NodeCache::find_node(BytesView node_key) const {
    std::string key{text_of(node_key)};
    if (const auto it = young_.find(key); it != young_.end()) return std::optional{it->second};
    if (const auto it = old_.find(key); it != old_.end()) {
        const Bytes node = std::move(it->second);
        old_.erase(it);
        keep(std::move(key), node);
        return std::optional{node};
    }
    ROPE_TRY(auto node, inner_.find_node(node_key));
    if (node) keep(std::move(key), *node);
    return node;
}

void NodeCache::remember(const TreeUpdate& update) {
    for (const auto& [key, node] : update.new_nodes) {
        keep(std::string{text_of(key)}, node);
    }
}

void NodeCache::keep(std::string key, const Bytes& node) const {
    if (young_.size() >= generation_max_) old_ = std::exchange(young_, {});
    young_.insert_or_assign(std::move(key), node);
}

}  // namespace ropenet::merkle
