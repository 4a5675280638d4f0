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

Bytes encode_children(const Children& children) {
    unsigned present = 0;
    unsigned leaves = 0;
    std::size_t size = kNodeHeadBytes;
    for (unsigned i = 0; i < kChildCount; ++i) {
        if (children[i].kind == ChildKind::none) continue;
        const bool is_leaf = children[i].kind == ChildKind::leaf;
        present |= bit_of(i);
        if (is_leaf) leaves |= bit_of(i);
        size += is_leaf ? kLeafBytes : kInnerBytes;
    }
    Bytes out;
    out.reserve(size);
    out.push_back(kNodeTag);
    append_be16(out, present);
    append_be16(out, leaves);
    for (const Child& child : children) {
        if (child.kind == ChildKind::leaf) {
            append(out, child.key);
            append(out, child.value);
        }
        if (child.kind == ChildKind::inner) append_be64(out, child.version);
        if (child.kind != ChildKind::none) append(out, child.hash);
    }
    return out;
}

std::optional<Children> decode_children(BytesView node) {
    if (node.size() < kNodeHeadBytes || node[0] != kNodeTag) return std::nullopt;
    const unsigned present = be16_from(node.subspan(1));
    const unsigned leaves = be16_from(node.subspan(3));
    const auto leaf_count = static_cast<std::size_t>(std::popcount(leaves));
    const auto inner_count = static_cast<std::size_t>(std::popcount(present & ~leaves));
    const std::size_t size = kNodeHeadBytes + leaf_count * kLeafBytes + inner_count * kInnerBytes;
    if ((leaves & ~present) != 0 || node.size() != size) return std::nullopt;

    BytesView rest = node.subspan(kNodeHeadBytes);
    Children out;
    for (unsigned i = 0; i < kChildCount; ++i) {
        if ((present & bit_of(i)) == 0) continue;
        Child& child = out[i];
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
    }
    return out;
}

Subtree::Subtree(const Children& children) {
    static const Hash32 kEmpty = empty_state_root();
    for (unsigned i = 0; i < kChildCount; ++i) {
        const Child& child = children[i];
        const bool is_leaf = child.kind == ChildKind::leaf;
        hashes_[kChildCount + i] = child.kind == ChildKind::none ? kEmpty : child.hash;
        if (child.kind != ChildKind::none) {
            fill_[kChildCount + i] = is_leaf ? Fill::leaf : Fill::inner;
        }
    }
    for (unsigned i = kChildCount - 1; i >= 1; --i) {
        const unsigned left = 2 * i;
        const unsigned right = left + 1;
        if (fill_[right] == Fill::none && fill_[left] != Fill::inner) {
            fill_[i] = fill_[left];
            hashes_[i] = hashes_[left];
        } else if (fill_[left] == Fill::none && fill_[right] == Fill::leaf) {
            fill_[i] = Fill::leaf;
            hashes_[i] = hashes_[right];
        } else {
            fill_[i] = Fill::inner;
            hashes_[i] = inner_hash(hashes_[left], hashes_[right]);
        }
    }
}

Result<Children> read_children(const NodeReader& reader, const Place& place) {
    const NodeKey key{place};
    ROPE_TRY(const auto node, reader.find_node(key.view()));
    if (!node) {
        const auto code = place.depth == 0 ? ErrorCode::not_found : ErrorCode::corrupt;
        return fail(code, "state tree node " + hex(key.view()) + " is not stored");
    }
    auto children = decode_children(*node);
    if (!children) {
        return fail(ErrorCode::corrupt, "state tree node " + hex(key.view()) + " is damaged");
    }
    return *std::move(children);
}

}  // namespace ropenet::merkle
