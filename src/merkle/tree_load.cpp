#include "merkle/tree_load.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace ropenet::merkle {
namespace {

constexpr std::uint64_t kLoaded = 0;  // the version of what was loaded and not changed since

Result<Child> load_place(const LeafReader& leaves, const Place& place) {
    ROPE_TRY(const auto stored, leaves.leaves_below(place.prefix, place.depth));
    std::vector<Child> made;
    made.reserve(stored.size());
    for (const PlacedLeaf& it : stored)
        made.push_back(make_leaf(it.position, it.leaf.value));
    return grown_from(made, place.depth, kLoaded);
}

/// Pre: an inner child that is in memory.
void forget_below(Child& child, std::uint64_t version) {
    if (child.leaves > kPartLeaves) {
        child.below = without_older(child.below, version);
    } else if (child.below->version() < version) {
        child.below.reset();
    }
}

}  // namespace

Child inner_child(NodePtr node) {
    return {.kind = ChildKind::inner,
            .leaves = node->leaves(),
            .hash = node->root(),
            .position = {},
            .below = std::move(node)};
}

Child grown_from(std::span<const Child> leaves, unsigned depth, std::uint64_t version) {
    if (leaves.empty()) return {};
    if (leaves.size() == 1) return leaves.front();
    ROPE_CHECK(depth < kNibbleCount);  // two keys of one position: SHA-256 is broken
    auto node = std::make_shared<Node>();
    const auto nibble_of = [depth](const Child& it) { return nibble_at(it.position, depth); };
    while (!leaves.empty()) {
        const unsigned nibble = nibble_of(leaves.front());
        const auto end = std::ranges::upper_bound(leaves, nibble, {}, nibble_of);
        const auto count = static_cast<std::size_t>(end - leaves.begin());
        node->set_child(nibble, grown_from(leaves.first(count), depth + 1, version));
        leaves = leaves.subspan(count);
    }
    node->finish(version);
    return inner_child(std::move(node));
}

Result<NodePtr> node_below(const LeafReader& leaves, const Child& child, const Place& place) {
    if (child.below) return child.below;
    ROPE_TRY(Child made, load_place(leaves, place));
    if (made.kind != ChildKind::inner || made.hash != child.hash) {
        return fail(ErrorCode::corrupt, "the state's leaves below " +
                                            hex(place.prefix).substr(0, place.depth) +
                                            " are not those that its tree was made of");
    }
    return std::move(made.below);
}

Result<NodePtr> load_top(const LeafReader& leaves, std::size_t leaves_max) {
    // Sixteen times sixteen parts, so that not all leaves are in memory at once.
    auto top = std::make_shared<Node>();
    std::size_t loaded = 0;
    for (unsigned first = 0; first < kChildCount; ++first) {
        auto node = std::make_shared<Node>();
        Place place{.prefix = {}, .depth = 2};
        for (unsigned second = 0; second < kChildCount; ++second) {
            place.prefix[0] = static_cast<std::uint8_t>(first << 4 | second);
            ROPE_TRY(Child child, load_place(leaves, place));
            const bool too_many = loaded + child.leaves > leaves_max;
            if (too_many && child.kind == ChildKind::inner) forget_below(child, kLoaded + 1);
            loaded += child.below ? loaded_leaves(*child.below) : 0;
            node->set_child(second, std::move(child));
        }
        if (node->leaves() <= 1) {
            for (unsigned second = 0; second < kChildCount; ++second) {
                if (node->child(second).kind == ChildKind::leaf)
                    top->set_child(first, node->child(second));
            }
            continue;
        }
        node->finish(kLoaded);
        top->set_child(first, inner_child(std::move(node)));
    }
    top->finish(kLoaded);
    return NodePtr{std::move(top)};
}

std::size_t loaded_leaves(const Node& node) {
    std::size_t count = 0;
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = node.child(i);
        if (child.kind == ChildKind::leaf) ++count;
        if (child.below) count += loaded_leaves(*child.below);
    }
    return count;
}

NodePtr without_older(const NodePtr& node, std::uint64_t version) {
    std::shared_ptr<Node> copy;
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = node->child(i);
        if (!child.below) continue;
        Child kept = child;
        forget_below(kept, version);
        if (kept.below == child.below) continue;
        if (!copy) copy = std::make_shared<Node>(*node);
        copy->replace_below(i, std::move(kept.below));
    }
    if (!copy) return node;
    return copy;
}

}  // namespace ropenet::merkle
