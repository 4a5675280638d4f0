#include "merkle/state_tree.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "merkle/tree_load.hpp"
#include "merkle/tree_node.hpp"

namespace ropenet::merkle {
namespace {

using PlacedChanges = std::span<const PlacedChange>;

PlacedChanges below(PlacedChanges changes, unsigned depth, unsigned nibble) {
    const auto nibble_of = [depth](const PlacedChange& it) {
        return nibble_at(it.position, depth);
    };
    const auto range = std::ranges::equal_range(changes, nibble, {}, nibble_of);
    return {range.begin(), range.end()};
}

std::vector<PlacedChange> placed_in_order(std::span<const TreeChange> changes) {
    std::vector<PlacedChange> out;
    out.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        ROPE_CHECK(i == 0 || changes[i - 1].key < changes[i].key);
        out.push_back({.position = position_of(changes[i].key), .change = changes[i]});
    }
    std::ranges::sort(out, {}, &PlacedChange::position);
    return out;
}

Child leaf_or_none(const PlacedChange& it) {
    return it.change.value ? make_leaf(it.position, *it.change.value) : Child{};
}

bool agree(const Hash32& a, const Hash32& b, unsigned depth) {
    for (unsigned i = 0; i < depth; ++i) {
        if (nibble_at(a, i) != nibble_at(b, i)) return false;
    }
    return true;
}

/// What may stand in place of the node: nothing or a leaf, if it would hold no more.
std::optional<Child> collapsed(const Node& node) {
    if (node.leaves() > 1) return std::nullopt;
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = node.child(i);
        if (child.kind == ChildKind::inner) return std::nullopt;
        if (child.kind == ChildKind::leaf) return child;
    }
    return Child{};
}

class Updater {
  public:
    Updater(const LeafReader& leaves, std::uint64_t version) : leaves_{leaves}, version_{version} {}

    /// Null when nothing changed.
    Result<NodePtr> run(const Node& top, PlacedChanges changes) {
        ROPE_TRY(auto changed, update_node(top, 0, changes));
        if (!changed) return NodePtr{};
        changed->finish(version_);
        return NodePtr{std::move(changed)};
    }

  private:
    /// The node after the changes, hashes aside; null when no child is another one now.
    /// Pre: all changes belong below the node.
    Result<std::shared_ptr<Node>> update_node(const Node& old, unsigned depth,
                                              PlacedChanges changes) {
        std::shared_ptr<Node> copy;
        while (!changes.empty()) {
            const unsigned nibble = nibble_at(changes.front().position, depth);
            const PlacedChanges mine = below(changes, depth, nibble);
            changes = changes.subspan(mine.size());
            const Child& child = old.child(nibble);
            ROPE_TRY(Child updated, update_child(child, depth + 1, mine));
            if (updated.kind == child.kind && updated.hash == child.hash) continue;
            if (!copy) copy = std::make_shared<Node>(old);
            copy->set_child(nibble, std::move(updated));
        }
        return copy;
    }

    /// Pre: changes is not empty.
    Result<Child> update_child(const Child& child, unsigned depth, PlacedChanges changes) {
        if (child.kind == ChildKind::inner) return update_inner(child, depth, changes);
        if (changes.size() > 1) return update_leaves(child, depth, changes);

        const PlacedChange& change = changes.front();
        const bool replaces = child.kind == ChildKind::none || child.position == change.position;
        if (replaces) return leaf_or_none(change);
        if (!change.change.value) return child;
        return update_leaves(child, depth, changes);
    }

    Result<Child> update_inner(const Child& child, unsigned depth, PlacedChanges changes) {
        if (depth >= kNibbleCount) return fail(ErrorCode::corrupt, "state tree is too deep");
        ROPE_TRY(const NodePtr node,
                 node_below(leaves_, child, {.prefix = changes.front().position, .depth = depth}));
        ROPE_TRY(auto changed, update_node(*node, depth, changes));
        if (!changed) return child;
        if (auto instead = collapsed(*changed)) return *std::move(instead);
        changed->finish(version_);
        return inner_child(std::move(changed));
    }

    /// Several leaves where there was one or none.
    Result<Child> update_leaves(const Child& child, unsigned depth, PlacedChanges changes) {
        std::vector<Child> leaves;
        leaves.reserve(changes.size() + 1);
        bool replaced = child.kind == ChildKind::none;
        for (const PlacedChange& it : changes) {
            replaced = replaced || it.position == child.position;
            Child leaf = leaf_or_none(it);
            if (leaf.kind == ChildKind::leaf) leaves.push_back(std::move(leaf));
        }
        if (!replaced) {
            if (!agree(child.position, changes.front().position, depth)) {
                return fail(ErrorCode::corrupt, "state tree leaf stands in a wrong place");
            }
            const auto at = std::ranges::lower_bound(leaves, child.position, {}, &Child::position);
            leaves.insert(at, child);
        }
        return grown_from(leaves, depth, version_);
    }

    const LeafReader& leaves_;
    std::uint64_t version_;
};

}  // namespace

TreeChange change_of(BytesView full_key, const std::optional<Bytes>& value) {
    TreeChange change{.key = crypto::sha256(full_key), .value = std::nullopt};
    if (value) change.value = crypto::sha256(*value);
    return change;
}

Hash32 position_of_full_key(BytesView full_key) {
    return position_of(crypto::sha256(full_key));
}

StateTree::StateTree() {
    auto top = std::make_shared<Node>();
    top->finish(0);
    top_ = std::move(top);
}

const Hash32& StateTree::root() const {
    return top_->root();
}

std::size_t StateTree::size() const {
    return top_->leaves();
}

bool StateTree::may_hold(const Hash32& position) const {
    const Node* node = top_.get();
    for (unsigned depth = 0; node != nullptr && depth < kNibbleCount; ++depth) {
        const Child& child = node->child(nibble_at(position, depth));
        if (child.kind == ChildKind::none) return false;
        if (child.kind == ChildKind::leaf) return child.position == position;
        node = child.below.get();
    }
    return true;
}

Result<TreeUpdate> StateTree::updated(const LeafReader& leaves, std::uint64_t version,
                                      std::span<const TreeChange> changes) const {
    TreeUpdate out{.tree = *this, .changes = placed_in_order(changes)};
    ROPE_TRY(NodePtr top, Updater(leaves, version).run(*top_, out.changes));
    if (top) out.tree = StateTree{std::move(top)};
    return out;
}

Result<StateTree> StateTree::load(const LeafReader& leaves, std::size_t leaves_max) {
    ROPE_TRY(NodePtr top, load_top(leaves, leaves_max));
    return StateTree{std::move(top)};
}

std::size_t StateTree::loaded() const {
    return loaded_leaves(*top_);
}

StateTree StateTree::forget_older(std::uint64_t version) const {
    return StateTree{without_older(top_, version)};
}

}  // namespace ropenet::merkle
