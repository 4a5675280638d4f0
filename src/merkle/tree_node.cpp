#include "merkle/tree_node.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/hash.hpp"

namespace ropenet::merkle {
namespace {

constexpr std::uint8_t kNodeTag = 0x01;
constexpr std::size_t kNodeHeadBytes = 5;
constexpr std::size_t kLeafBytes = 96;
constexpr std::size_t kInnerBytes = 40;

Hash32 inner_hash(const Hash32& left, const Hash32& right) {
    std::array<std::uint8_t, kInnerDomain.size() + 64> preimage;
    std::memcpy(preimage.data(), kInnerDomain.data(), kInnerDomain.size());
    std::memcpy(&preimage[kInnerDomain.size()], left.data(), left.size());
    std::memcpy(&preimage[kInnerDomain.size() + 32], right.data(), right.size());
    return crypto::sha256(preimage);
}

unsigned bit_of(unsigned nibble) {
    return 1U << (kChildCount - 1 - nibble);
}

unsigned be16_from(BytesView bytes) {
    return static_cast<unsigned>(bytes[0]) << 8 | bytes[1];
}

void append_be16(Bytes& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

/// Pre: there are as many bytes.
void take(BytesView& rest, Hash32& out) {
    std::memcpy(out.data(), rest.data(), out.size());
    rest = rest.subspan(out.size());
}

}  // namespace

Hash32 empty_state_root() {
    Hash32 out;
    std::ranges::copy(view_of("SPARSE_MERKLE_PLACEHOLDER_HASH__"), out.begin());
    return out;
}

Hash32 position_of(const Hash32& key) {
    return crypto::sha256(key);
}

unsigned nibble_at(const Hash32& position, unsigned depth) {
    const unsigned byte = position[depth / 2];
    return depth % 2 == 0 ? byte >> 4 : byte & 0x0F;
}

Child make_leaf(const Hash32& key, const Hash32& value) {
    const Hash32 position = position_of(key);
    const Hash32 value_digest = crypto::sha256(value);
    const Hash32 hash = crypto::sha256({view_of(kLeafDomain), position, value_digest});
    return {.kind = ChildKind::leaf, .version = 0, .hash = hash, .key = key, .value = value};
}

NodeKey::NodeKey(const Place& place) {
    for (unsigned i = 0; i < 8; ++i) {
        bytes_[i] = static_cast<std::uint8_t>(place.version >> (56 - 8 * i) & 0xFF);
    }
    bytes_[8] = static_cast<std::uint8_t>(place.depth);
    const std::size_t path_bytes = (place.depth + 1) / 2;
    std::memcpy(&bytes_[kHeadBytes], place.position.data(), path_bytes);
    size_ = kHeadBytes + path_bytes;
    if (place.depth % 2 != 0) bytes_[size_ - 1] &= 0xF0;
}

std::optional<std::uint64_t> version_of_node_key(BytesView node_key) {
    if (node_key.size() < 9) return std::nullopt;
    const unsigned depth = node_key[8];
    if (depth >= kNibbleCount || node_key.size() != 9 + (depth + 1) / 2) return std::nullopt;
    return be64_from(node_key.first<8>());
}

const Child& Node::child(unsigned nibble) const {
    static const Child kNone;
    return has(nibble) ? slots_[slot_of(nibble)].child : kNone;
}

void Node::set_child(unsigned nibble, const Child& child, NodePtr below) {
    const auto at = slots_.begin() + static_cast<std::ptrdiff_t>(slot_of(nibble));
    dirty_ |= 1U << nibble;
    if (child.kind == ChildKind::none) {
        if (has(nibble)) slots_.erase(at);
        present_ &= ~(1U << nibble);
    } else if (has(nibble)) {
        at->child = child;
        at->below = std::move(below);
    } else {
        slots_.insert(at, {.child = child, .below = std::move(below)});
        present_ |= 1U << nibble;
    }
}

void Node::link(unsigned nibble, NodePtr below) const {
    slots_[slot_of(nibble)].below = std::move(below);
}

std::size_t Node::slot_of(unsigned nibble) const {
    return static_cast<std::size_t>(std::popcount(present_ & ((1U << nibble) - 1)));
}

std::size_t Node::keep_used_since(std::uint64_t version) const {
    std::size_t kept = 1;
    for (const Slot& slot : slots_) {
        if (!slot.below) continue;
        if (slot.below->used_at() < version) {
            slot.below.reset();
        } else {
            kept += slot.below->keep_used_since(version);
        }
    }
    return kept;
}

Node::Fill Node::fill(unsigned index) const {
    if (index < kChildCount) return fills_[index];
    switch (child(index - kChildCount).kind) {
        case ChildKind::none:
            return Fill::none;
        case ChildKind::leaf:
            return Fill::leaf;
        case ChildKind::inner:
            return Fill::inner;
    }
    return Fill::none;
}

const Hash32& Node::hash(unsigned index) const {
    static const Hash32 kEmpty = empty_state_root();
    if (index < kChildCount) return fills_[index] == Fill::none ? kEmpty : hashes_[index];
    const unsigned nibble = index - kChildCount;
    return has(nibble) ? slots_[slot_of(nibble)].child.hash : kEmpty;
}

void Node::rehash() {
    std::uint32_t dirty = dirty_ << kChildCount;
    for (unsigned index = kChildCount - 1; index >= 1; --index) {
        if ((dirty >> (2 * index) & 3U) == 0) continue;
        rehash_at(index);
        dirty |= 1U << index;
    }
    dirty_ = 0;
}

void Node::rehash_at(unsigned index) {
    const unsigned left = 2 * index;
    const unsigned right = left + 1;
    const Fill left_fill = fill(left);
    const Fill right_fill = fill(right);
    if (right_fill == Fill::none && left_fill != Fill::inner) {
        fills_[index] = left_fill;
        hashes_[index] = hash(left);
    } else if (left_fill == Fill::none && right_fill == Fill::leaf) {
        fills_[index] = Fill::leaf;
        hashes_[index] = hash(right);
    } else {
        fills_[index] = Fill::inner;
        hashes_[index] = inner_hash(hash(left), hash(right));
    }
}

Bytes encode_node(const Node& node) {
    unsigned present = 0;
    unsigned leaves = 0;
    for (unsigned i = 0; i < kChildCount; ++i) {
        const ChildKind kind = node.child(i).kind;
        if (kind != ChildKind::none) present |= bit_of(i);
        if (kind == ChildKind::leaf) leaves |= bit_of(i);
    }
    const auto leaf_count = static_cast<std::size_t>(std::popcount(leaves));
    Bytes out;
    out.reserve(kNodeHeadBytes + leaf_count * kLeafBytes +
                (node.child_count() - leaf_count) * kInnerBytes);
    out.push_back(kNodeTag);
    append_be16(out, present);
    append_be16(out, leaves);
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = node.child(i);
        if (child.kind == ChildKind::leaf) {
            append(out, child.key);
            append(out, child.value);
        }
        if (child.kind == ChildKind::inner) append_be64(out, child.version);
        if (child.kind != ChildKind::none) append(out, child.hash);
    }
    return out;
}

std::optional<Node> decode_node(BytesView bytes) {
    if (bytes.size() < kNodeHeadBytes || bytes[0] != kNodeTag) return std::nullopt;
    const unsigned present = be16_from(bytes.subspan(1));
    const unsigned leaves = be16_from(bytes.subspan(3));
    const auto leaf_count = static_cast<std::size_t>(std::popcount(leaves));
    const auto inner_count = static_cast<std::size_t>(std::popcount(present & ~leaves));
    const std::size_t size = kNodeHeadBytes + leaf_count * kLeafBytes + inner_count * kInnerBytes;
    if ((leaves & ~present) != 0 || bytes.size() != size) return std::nullopt;

    BytesView rest = bytes.subspan(kNodeHeadBytes);
    Node out;
    for (unsigned i = 0; i < kChildCount; ++i) {
        if ((present & bit_of(i)) == 0) continue;
        Child child;
        if ((leaves & bit_of(i)) != 0) {
            child.kind = ChildKind::leaf;
            take(rest, child.key);
            take(rest, child.value);
        } else {
            child.kind = ChildKind::inner;
            child.version = be64_from(rest.first<8>());
            rest = rest.subspan(8);
        }
        take(rest, child.hash);
        out.set_child(i, child);
    }
    return out;
}

Result<Node> read_node(const NodeReader& reader, const Place& place) {
    const NodeKey key{place};
    ROPE_TRY(const auto bytes, reader.find_node(key.view()));
    if (!bytes) {
        const auto code = place.depth == 0 ? ErrorCode::not_found : ErrorCode::corrupt;
        return fail(code, "state tree node " + hex(key.view()) + " is not stored");
    }
    auto node = decode_node(*bytes);
    if (!node) {
        return fail(ErrorCode::corrupt, "state tree node " + hex(key.view()) + " is damaged");
    }
    return *std::move(node);
}

}  // namespace ropenet::merkle
