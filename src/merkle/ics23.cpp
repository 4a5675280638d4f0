#include "merkle/ics23.hpp"

#include <algorithm>
#include <vector>

#include "base/check.hpp"
#include "merkle/tree_load.hpp"
#include "merkle/tree_node.hpp"

namespace ropenet::merkle {
namespace {

/// A node on the way down, and the child that the way takes.
struct Step {
    NodePtr node;
    unsigned nibble = 0;

    const Child& child() const { return node->child(nibble); }
};

/// From the root down to a leaf or to an empty place.
using Way = std::vector<Step>;

enum class Direction : std::uint8_t { left, right };

// ---- the way ----

Result<Way> way_to(const StateTree& tree, const LeafReader& leaves, const Hash32& position) {
    Place place{.prefix = position, .depth = 0};
    Way way{{.node = tree.top(), .nibble = nibble_at(position, 0)}};
    while (way.back().child().kind == ChildKind::inner) {
        ++place.depth;
        if (place.depth >= kNibbleCount) return fail(ErrorCode::corrupt, "state tree is too deep");
        ROPE_TRY(NodePtr node, node_below(leaves, way.back().child(), place));
        way.push_back({.node = std::move(node), .nibble = nibble_at(position, place.depth)});
    }
    return way;
}

std::optional<unsigned> next_child(const Step& step, Direction direction) {
    for (unsigned i = 1; i < kChildCount; ++i) {
        const unsigned nibble = direction == Direction::right ? step.nibble + i : step.nibble - i;
        if (nibble >= kChildCount) return std::nullopt;  // also when it went below zero
        if (step.node->child(nibble).kind != ChildKind::none) return nibble;
    }
    return std::nullopt;
}

/// The child at the end that the way comes from: the nearest one.
unsigned nearest_child(const Node& node, Direction direction) {
    for (unsigned i = 0; i < kChildCount; ++i) {
        const unsigned nibble = direction == Direction::right ? i : kChildCount - 1 - i;
        if (node.child(nibble).kind != ChildKind::none) return nibble;
    }
    return 0;  // not below an inner child: it has two leaves at least
}

void set_nibble(Hash32& position, unsigned depth, unsigned nibble) {
    std::uint8_t& byte = position[depth / 2];
    byte = static_cast<std::uint8_t>(depth % 2 == 0 ? (byte & 0x0F) | nibble << 4
                                                    : (byte & 0xF0) | nibble);
}

/// The way to the next leaf on that side; empty when there is none.
Result<Way> way_beyond(const LeafReader& leaves, Way way, Direction direction) {
    while (!way.empty()) {
        if (const auto nibble = next_child(way.back(), direction)) {
            way.back().nibble = *nibble;
            break;
        }
        way.pop_back();
    }
    if (way.empty()) return way;

    Place place;
    for (unsigned depth = 0; depth < way.size(); ++depth) {
        set_nibble(place.prefix, depth, way[depth].nibble);
    }
    place.depth = static_cast<unsigned>(way.size());
    while (way.back().child().kind == ChildKind::inner) {
        if (place.depth >= kNibbleCount) return fail(ErrorCode::corrupt, "state tree is too deep");
        ROPE_TRY(NodePtr node, node_below(leaves, way.back().child(), place));
        const unsigned nibble = nearest_child(*node, direction);
        set_nibble(place.prefix, place.depth, nibble);
        ++place.depth;
        way.push_back({.node = std::move(node), .nibble = nibble});
    }
    return way;
}

// ---- protobuf ----

constexpr std::uint8_t kSha256 = 1;  // cosmos.ics23.v1.HashOp
constexpr std::uint8_t kVarint = 0;  // wire types
constexpr std::uint8_t kDelimited = 2;

void put_small(Bytes& out, unsigned field, std::uint8_t value) {
    out.push_back(static_cast<std::uint8_t>(field << 3 | kVarint));
    out.push_back(value);
}

void put_bytes(Bytes& out, unsigned field, BytesView value) {
    out.push_back(static_cast<std::uint8_t>(field << 3 | kDelimited));
    std::size_t length = value.size();
    for (; length >= 0x80; length >>= 7) {
        out.push_back(static_cast<std::uint8_t>((length & 0x7F) | 0x80));
    }
    out.push_back(static_cast<std::uint8_t>(length));
    append(out, value);
}

Bytes leaf_op() {
    Bytes out;
    put_small(out, 1, kSha256);
    put_small(out, 2, kSha256);  // prehash_key
    put_small(out, 3, kSha256);  // prehash_value; 4 is length, whose NO_PREFIX is the default
    put_bytes(out, 5, view_of(kLeafDomain));
    return out;
}

Bytes inner_op(const Hash32& sibling, Direction sibling_side) {
    Bytes prefix = to_bytes(kInnerDomain);
    if (sibling_side == Direction::left) append(prefix, sibling);
    Bytes out;
    put_small(out, 1, kSha256);
    put_bytes(out, 2, prefix);
    if (sibling_side == Direction::right) put_bytes(out, 3, sibling);
    return out;
}

/// The operations within one node, from the root down. A part with one leaf is that leaf.
void append_ops(std::vector<Bytes>& ops, const Step& step) {
    unsigned index = 1;
    for (unsigned bit = kChildCount / 2; bit > 0 && !step.node->is_single_leaf(index); bit /= 2) {
        const bool goes_right = (step.nibble & bit) != 0;
        const unsigned left = 2 * index;
        ops.push_back(goes_right ? inner_op(step.node->hash(left), Direction::left)
                                 : inner_op(step.node->hash(left + 1), Direction::right));
        index = goes_right ? left + 1 : left;
    }
}

/// The pair of the leaf at the end of a way, as it is stored.
Result<TreeLeaf> leaf_of(const LeafReader& leaves, const Way& way) {
    const Child& end = way.back().child();
    ROPE_CHECK(end.kind == ChildKind::leaf);
    ROPE_TRY(const auto leaf, leaves.find_leaf(end.position));
    if (!leaf || position_of(leaf->key) != end.position ||
        make_leaf(end.position, leaf->value).hash != end.hash) {
        return fail(ErrorCode::corrupt, "the state's leaf " + hex(end.position) +
                                            " is not the one that its tree was made of");
    }
    return *leaf;
}

Result<Bytes> existence(const LeafReader& leaves, const Way& way) {
    ROPE_TRY(const TreeLeaf leaf, leaf_of(leaves, way));
    std::vector<Bytes> ops;
    for (const Step& step : way) {
        append_ops(ops, step);
    }
    Bytes out;
    put_bytes(out, 1, leaf.key);
    put_bytes(out, 2, leaf.value);
    put_bytes(out, 3, leaf_op());
    for (auto op = ops.rbegin(); op != ops.rend(); ++op) {
        put_bytes(out, 4, *op);
    }
    return out;
}

Result<Bytes> non_existence(const LeafReader& leaves, const Hash32& key, const Way& way) {
    // The way ends where the key would stand: at nothing, or at the neighbour on one side.
    const Child& end = way.back().child();
    const bool at_leaf = end.kind == ChildKind::leaf;
    const bool leaf_is_left = at_leaf && end.position < position_of(key);
    const bool leaf_is_right = at_leaf && !leaf_is_left;
    Way left = way;
    if (!leaf_is_left) {
        ROPE_TRY(left, way_beyond(leaves, way, Direction::left));
    }
    Way right = way;
    if (!leaf_is_right) {
        ROPE_TRY(right, way_beyond(leaves, way, Direction::right));
    }
    if (left.empty() && right.empty()) {
        return fail(ErrorCode::not_found, "an empty state tree has no proof of absence");
    }
    Bytes out;
    put_bytes(out, 1, key);
    if (!left.empty()) {
        ROPE_TRY(const Bytes neighbour, existence(leaves, left));
        put_bytes(out, 2, neighbour);
    }
    if (!right.empty()) {
        ROPE_TRY(const Bytes neighbour, existence(leaves, right));
        put_bytes(out, 3, neighbour);
    }
    return out;
}

}  // namespace

Result<Bytes> prove(const StateTree& tree, const LeafReader& leaves, const Hash32& key) {
    const Hash32 position = position_of(key);
    ROPE_TRY(const Way way, way_to(tree, leaves, position));
    const Child& end = way.back().child();
    Bytes proof;
    if (end.kind == ChildKind::leaf && end.position == position) {
        ROPE_TRY(const Bytes present, existence(leaves, way));
        put_bytes(proof, 1, present);
        return proof;
    }
    ROPE_TRY(const Bytes absent, non_existence(leaves, key, way));
    put_bytes(proof, 2, absent);
    return proof;
}

}  // namespace ropenet::merkle
