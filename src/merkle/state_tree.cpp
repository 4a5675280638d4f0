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
std::optional<Child> collapsed(const Children& children) {
    const Child* only = nullptr;
    for (const Child& child : children) {
        if (child.kind == ChildKind::none) continue;
        if (only != nullptr || child.kind == ChildKind::inner) return std::nullopt;
        only = &child;
    }
    return only == nullptr ? Child{} : *only;
}

class Updater {
  public:
    Updater(const NodeReader& reader, std::uint64_t new_version)
        : reader_{reader}, new_version_{new_version} {}

    Result<TreeUpdate> run(std::optional<std::uint64_t> base_version, PlacedChanges changes) {
        Children root;
        if (base_version) {
            const Place place{.version = *base_version};
            ROPE_TRY(root, read_children(reader_, place));
            forget(place);
        }
        ROPE_TRY([[maybe_unused]] const bool changed, update_each(root, 0, changes));
        out_.root = put(root, {.version = new_version_}).hash;
        return std::move(out_);
    }

  private:
    /// True when a child is no longer the same. Pre: all changes belong below the node.
    Result<bool> update_each(Children& children, unsigned depth, PlacedChanges changes) {
        bool changed = false;
        while (!changes.empty()) {
            const unsigned nibble = nibble_at(changes.front().position, depth);
            const PlacedChanges mine = below(changes, depth, nibble);
            changes = changes.subspan(mine.size());
            Child& child = children[nibble];
            ROPE_TRY(const Child updated, update_child(child, depth + 1, mine));
            if (updated == child) continue;
            child = updated;
            changed = true;
        }
        return changed;
    }

    /// Pre: changes is not empty.
    Result<Child> update_child(const Child& child, unsigned depth, PlacedChanges changes) {
        if (child.kind == ChildKind::inner) return update_inner(child, depth, changes);
        if (changes.size() > 1) return update_leaves(child, depth, changes);

        const TreeChange& change = *changes.front().change;
        if (child.kind == ChildKind::none) return leaf_or_none(change);
        if (child.key == change.key) {
            return child.value == change.value ? child : leaf_or_none(change);
        }
        if (!change.value) return child;
        return update_leaves(child, depth, changes);
    }

    Result<Child> update_inner(const Child& child, unsigned depth, PlacedChanges changes) {
        Place place{.version = child.version, .depth = depth, .position = changes.front().position};
        if (depth >= kNibbleCount) return fail(ErrorCode::corrupt, "state tree is too deep");
        ROPE_TRY(Children children, read_children(reader_, place));
        ROPE_TRY(const bool changed, update_each(children, depth, changes));
        if (!changed) return child;
        forget(place);
        if (const auto instead = collapsed(children)) return *instead;
        place.version = new_version_;
        return put(children, place);
    }

    /// Several leaves where there was one or none.
    Result<Child> update_leaves(const Child& child, unsigned depth, PlacedChanges changes) {
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

    Child build(std::span<const PlacedLeaf> leaves, unsigned depth) {
        if (leaves.empty()) return Child{};
        if (leaves.size() == 1) return leaves.front().leaf;
        ROPE_CHECK(depth < kNibbleCount);  // two keys of one position: SHA-256 is broken
        Children children;
        const auto nibble_of = [depth](const PlacedLeaf& it) {
            return nibble_at(it.position, depth);
        };
        for (auto rest = leaves; !rest.empty();) {
            const unsigned nibble = nibble_of(rest.front());
            const auto end = std::ranges::upper_bound(rest, nibble, {}, nibble_of);
            const auto count = static_cast<std::size_t>(end - rest.begin());
            children[nibble] = build(rest.first(count), depth + 1);
            rest = rest.subspan(count);
        }
        return put(children,
                   {.version = new_version_, .depth = depth, .position = leaves.front().position});
    }

    Child put(const Children& children, const Place& place) {
        out_.new_nodes.emplace_back(to_bytes(NodeKey{place}.view()), encode_children(children));
        return {.kind = ChildKind::inner,
                .version = place.version,
                .hash = Subtree{children}.root(),
                .key = {},
                .value = {}};
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
                          std::uint64_t new_version, std::span<const TreeChange> changes) {
    ROPE_CHECK(!base_version || *base_version < new_version);
    if (!changes.empty()) {
        return Updater{reader, new_version}.run(base_version, placed_in_order(changes));
    }
    TreeUpdate same{.root = empty_state_root(), .new_nodes = {}, .stale_nodes = {}};
    if (base_version) {
        ROPE_TRY(same.root, root_of(reader, *base_version));
    }
    return same;
}

Result<Hash32> root_of(const NodeReader& reader, std::uint64_t version) {
    ROPE_TRY(const Children root, read_children(reader, {.version = version}));
    return Subtree{root}.root();
}

Result<std::optional<Hash32>> find_value(const NodeReader& reader, std::uint64_t version,
                                         const Hash32& key) {
    Place place{.version = version, .depth = 0, .position = position_of(key)};
    for (; place.depth < kNibbleCount; ++place.depth) {
        ROPE_TRY(const Children children, read_children(reader, place));
        const Child& child = children[nibble_at(place.position, place.depth)];
        if (child.kind != ChildKind::inner) {
            const bool found = child.kind == ChildKind::leaf && child.key == key;
            return found ? std::optional{child.value} : std::nullopt;
        }
        place.version = child.version;
    }
    return fail(ErrorCode::corrupt, "state tree is too deep");
}

}  // namespace ropenet::merkle
