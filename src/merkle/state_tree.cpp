#include "merkle/state_tree.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "merkle/tree_node.hpp"

namespace ropenet::merkle {
namespace {

/// A change at the place where it belongs.
struct Placed {
    Hash32 position{};
    const TreeChange* change = nullptr;
};

struct PlacedLeaf {
    Hash32 position{};
    Child leaf;
};

using PlacedChanges = std::span<const Placed>;

PlacedChanges below(PlacedChanges changes, unsigned depth, unsigned nibble) {
    const auto nibble_of = [depth](const Placed& it) { return nibble_at(it.position, depth); };
    const auto range = std::ranges::equal_range(changes, nibble, {}, nibble_of);
    return {range.begin(), range.end()};
}

std::vector<Placed> placed_in_order(std::span<const TreeChange> changes) {
    std::vector<Placed> out;
    out.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        ROPE_CHECK(i == 0 || changes[i - 1].key < changes[i].key);
        out.push_back({.position = position_of(changes[i].key), .change = &changes[i]});
    }
    std::ranges::sort(out, {}, &Placed::position);
    return out;
}

Child leaf_or_none(const TreeChange& change) {
    return change.value ? make_leaf(change.key, *change.value) : Child{};
}

bool agree(const Hash32& a, const Hash32& b, unsigned depth) {
    for (unsigned i = 0; i < depth; ++i) {
        if (nibble_at(a, i) != nibble_at(b, i)) return false;
    }
    return true;
}

/// What may stand in place of the node: nothing or a leaf, if it would hold no more.
std::optional<Child> collapsed(const Node& node) {
    const Child* only = nullptr;
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = node.child(i);
        if (child.kind == ChildKind::none) continue;
        if (only != nullptr || child.kind == ChildKind::inner) return std::nullopt;
        only = &child;
    }
    return only == nullptr ? Child{} : *only;
}

/// A child and, when it is an inner one, its node.
struct Grown {
    Child child;
    NodePtr node;
};

class Updater {
  public:
    Updater(const NodeReader& reader, std::uint64_t new_version)
        : reader_{reader}, new_version_{new_version} {}

    Result<TreeUpdate> run(std::optional<std::uint64_t> base_version, NodePtr top,
                           PlacedChanges changes) {
        if (!base_version) {
            top = std::make_shared<const Node>();
        } else {
            const Place place{.version = *base_version};
            if (!top) {
                ROPE_TRY(top, load(place));
            }
            forget(place);
        }
        ROPE_TRY(auto changed, update_node(*top, 0, changes));
        if (!changed) changed = std::make_shared<Node>(*top);
        Grown root = put(std::move(changed), {.version = new_version_});
        out_.root = root.child.hash;
        out_.top = std::move(root.node);
        std::ranges::sort(out_.new_nodes, {}, &std::pair<Bytes, Bytes>::first);
        return std::move(out_);
    }

  private:
    /// The node after the changes, hashes aside; null when no child is another one now.
    /// Pre: all changes belong below the node.
    Result<std::shared_ptr<Node>> update_node(const Node& old, unsigned depth,
                                              PlacedChanges changes) {
        std::shared_ptr<Node> copy;
        old.use(new_version_);
        while (!changes.empty()) {
            const unsigned nibble = nibble_at(changes.front().position, depth);
            const PlacedChanges mine = below(changes, depth, nibble);
            changes = changes.subspan(mine.size());
            ROPE_TRY(Grown updated, update_child(old, nibble, depth + 1, mine));
            if (updated.child == old.child(nibble)) continue;
            if (!copy) copy = std::make_shared<Node>(old);
            copy->set_child(nibble, updated.child, std::move(updated.node));
        }
        return copy;
    }

    /// Pre: changes is not empty.
    Result<Grown> update_child(const Node& parent, unsigned nibble, unsigned depth,
                               PlacedChanges changes) {
        const Child& child = parent.child(nibble);
        if (child.kind == ChildKind::inner) return update_inner(parent, nibble, depth, changes);
        if (changes.size() > 1) return update_leaves(child, depth, changes);

        const TreeChange& change = *changes.front().change;
        if (child.kind == ChildKind::none) return Grown{leaf_or_none(change), {}};
        if (child.key == change.key) {
            return Grown{child.value == change.value ? child : leaf_or_none(change), {}};
        }
        if (!change.value) return Grown{child, {}};
        return update_leaves(child, depth, changes);
    }

    Result<Grown> update_inner(const Node& parent, unsigned nibble, unsigned depth,
                               PlacedChanges changes) {
        if (depth >= kNibbleCount) return fail(ErrorCode::corrupt, "state tree is too deep");
        const Child& child = parent.child(nibble);
        Place place{.version = child.version, .depth = depth, .position = changes.front().position};
        NodePtr node = parent.below(nibble);
        if (!node) {
            ROPE_TRY(node, load(place));
            if (node->root() != child.hash) {
                return fail(ErrorCode::corrupt, "state tree node " + hex(NodeKey{place}.view()) +
                                                    " is not the one that its parent names");
            }
            parent.link(nibble, node);
        }
        ROPE_TRY(auto changed, update_node(*node, depth, changes));
        if (!changed) return Grown{child, node};
        forget(place);
        if (const auto instead = collapsed(*changed)) return Grown{*instead, {}};
        place.version = new_version_;
        return put(std::move(changed), place);
    }

    /// Several leaves where there was one or none.
    Result<Grown> update_leaves(const Child& child, unsigned depth, PlacedChanges changes) {
        std::vector<PlacedLeaf> leaves;
        leaves.reserve(changes.size() + 1);
        bool replaced = child.kind == ChildKind::none;
        for (const Placed& it : changes) {
            replaced = replaced || it.change->key == child.key;
            const Child leaf = leaf_or_none(*it.change);
            if (leaf.kind == ChildKind::leaf) leaves.push_back({it.position, leaf});
        }
        if (!replaced) {
            const Hash32 position = position_of(child.key);
            if (!agree(position, changes.front().position, depth)) {
                return fail(ErrorCode::corrupt, "state tree leaf stands in a wrong place");
            }
            const auto at = std::ranges::lower_bound(leaves, position, {}, &PlacedLeaf::position);
            leaves.insert(at, {position, child});
        }
        return build(leaves, depth);
    }

    Grown build(std::span<const PlacedLeaf> leaves, unsigned depth) {
        if (leaves.empty()) return {};
        if (leaves.size() == 1) return {leaves.front().leaf, {}};
        ROPE_CHECK(depth < kNibbleCount);  // two keys of one position: SHA-256 is broken
        auto node = std::make_shared<Node>();
        const auto nibble_of = [depth](const PlacedLeaf& it) {
            return nibble_at(it.position, depth);
        };
        for (auto rest = leaves; !rest.empty();) {
            const unsigned nibble = nibble_of(rest.front());
            const auto end = std::ranges::upper_bound(rest, nibble, {}, nibble_of);
            const auto count = static_cast<std::size_t>(end - rest.begin());
            Grown child = build(rest.first(count), depth + 1);
            node->set_child(nibble, child.child, std::move(child.node));
            rest = rest.subspan(count);
        }
        return put(std::move(node),
                   {.version = new_version_, .depth = depth, .position = leaves.front().position});
    }

    Grown put(std::shared_ptr<Node> node, const Place& place) {
        node->rehash();
        node->use(new_version_);
        out_.new_nodes.emplace_back(to_bytes(NodeKey{place}.view()), encode_node(*node));
        const Child child{.kind = ChildKind::inner,
                          .version = place.version,
                          .hash = node->root(),
                          .key = {},
                          .value = {}};
        return {child, std::move(node)};
    }

    Result<NodePtr> load(const Place& place) {
        ROPE_TRY(Node node, read_node(reader_, place));
        node.rehash();
        out_.nodes_read += 1;
        return NodePtr{std::make_shared<Node>(std::move(node))};
    }

    void forget(const Place& place) { out_.stale_nodes.push_back(to_bytes(NodeKey{place}.view())); }

    const NodeReader& reader_;
    std::uint64_t new_version_;
    TreeUpdate out_;
};

}  // namespace

TreeChange change_of(BytesView full_key, const std::optional<Bytes>& value) {
    TreeChange change{.key = crypto::sha256(full_key), .value = std::nullopt};
    if (value) change.value = crypto::sha256(*value);
    return change;
}

Result<TreeUpdate> update(const NodeReader& reader, std::optional<std::uint64_t> base_version,
                          std::uint64_t new_version, std::span<const TreeChange> changes,
                          const NodePtr& top) {
    ROPE_CHECK(!base_version || *base_version < new_version);
    if (!changes.empty()) {
        return Updater{reader, new_version}.run(base_version, top, placed_in_order(changes));
    }
    TreeUpdate same{
        .root = empty_state_root(), .new_nodes = {}, .stale_nodes = {}, .top = {}, .nodes_read = 0};
    if (base_version) {
        ROPE_TRY(same.root, root_of(reader, *base_version));
    }
    return same;
}

std::size_t forget_unused(const Node& top, std::uint64_t version) {
    return top.keep_used_since(version);
}

Result<Hash32> root_of(const NodeReader& reader, std::uint64_t version) {
    ROPE_TRY(Node root, read_node(reader, {.version = version}));
    root.rehash();
    return root.root();
}

Result<std::optional<Hash32>> find_value(const NodeReader& reader, std::uint64_t version,
                                         const Hash32& key) {
    Place place{.version = version, .depth = 0, .position = position_of(key)};
    for (; place.depth < kNibbleCount; ++place.depth) {
        ROPE_TRY(const Node node, read_node(reader, place));
        const Child& child = node.child(nibble_at(place.position, place.depth));
        if (child.kind != ChildKind::inner) {
            const bool found = child.kind == ChildKind::leaf && child.key == key;
            return found ? std::optional{child.value} : std::nullopt;
        }
        place.version = child.version;
    }
    return fail(ErrorCode::corrupt, "state tree is too deep");
}

}  // namespace ropenet::merkle
