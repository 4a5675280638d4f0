#include "merkle/tree_node.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "crypto/hash.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::merkle {
namespace {

Hash32 inner_hash(const Hash32& left, const Hash32& right) {
    std::array<std::uint8_t, kInnerDomain.size() + 64> preimage;
    std::memcpy(preimage.data(), kInnerDomain.data(), kInnerDomain.size());
    std::memcpy(&preimage[kInnerDomain.size()], left.data(), left.size());
    std::memcpy(&preimage[kInnerDomain.size() + 32], right.data(), right.size());
    return crypto::sha256(preimage);
}

/// Bit n for each child n below a place of the binary tree.
std::uint16_t mask_of(unsigned index) {
    const auto level = static_cast<unsigned>(std::bit_width(index)) - 1;
    const unsigned width = kChildCount >> level;
    const unsigned first = (index - (1U << level)) * width;
    return static_cast<std::uint16_t>(((1U << width) - 1) << first);
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

Child make_leaf(const Hash32& position, const Hash32& value) {
    const Hash32 value_digest = crypto::sha256(value);
    std::array<std::uint8_t, kLeafDomain.size() + 64> preimage;
    std::memcpy(preimage.data(), kLeafDomain.data(), kLeafDomain.size());
    std::memcpy(&preimage[kLeafDomain.size()], position.data(), position.size());
    std::memcpy(&preimage[kLeafDomain.size() + 32], value_digest.data(), value_digest.size());
    return {.kind = ChildKind::leaf,
            .leaves = 1,
            .hash = crypto::sha256(preimage),
            .position = position,
            .below = {}};
}

const Child& Node::child(unsigned nibble) const {
    static const Child kNone;
    return has(nibble) ? children_[slot_of(nibble)] : kNone;
}

void Node::set_child(unsigned nibble, Child child) {
    const auto at = children_.begin() + static_cast<std::ptrdiff_t>(slot_of(nibble));
    const auto bit = static_cast<std::uint16_t>(1U << nibble);
    const auto others = static_cast<std::uint16_t>(~bit);
    dirty_ |= bit;
    if (has(nibble)) leaves_ -= at->leaves;
    leaves_ += child.leaves;
    leaf_mask_ &= others;
    if (child.kind == ChildKind::leaf) leaf_mask_ |= bit;
    if (child.kind == ChildKind::none) {
        if (has(nibble)) children_.erase(at);
        present_ &= others;
    } else if (has(nibble)) {
        *at = std::move(child);
    } else {
        children_.insert(at, std::move(child));
        present_ |= bit;
    }
}

void Node::replace_below(unsigned nibble, NodePtr below) {
    children_[slot_of(nibble)].below = std::move(below);
}

std::size_t Node::slot_of(unsigned nibble) const {
    return static_cast<std::size_t>(std::popcount(present_ & ((1U << nibble) - 1)));
}

Node::Fill Node::fill(unsigned index) const {
    const unsigned below = present_ & mask_of(index);
    if (below == 0) return Fill::none;
    const bool is_leaf = std::has_single_bit(below) && (below & leaf_mask_) != 0;
    return is_leaf ? Fill::leaf : Fill::inner;
}

Hash32 Node::hash(unsigned index) const {
    if (index == 1) return root_;
    if (index < kChildCount && !hashes_.empty()) return hashes_[index];
    return computed(index);
}

Hash32 Node::computed(unsigned index) const {
    static const Hash32 kEmpty = empty_state_root();
    const unsigned below = present_ & mask_of(index);
    if (below == 0) return kEmpty;
    const auto first = static_cast<unsigned>(std::countr_zero(below));
    if (index >= kChildCount || fill(index) == Fill::leaf) return children_[slot_of(first)].hash;
    const unsigned left = 2 * index;
    if (left < kChildCount && !hashes_.empty()) return inner_hash(hashes_[left], hashes_[left + 1]);
    return inner_hash(computed(left), computed(left + 1));
}

void Node::finish(std::uint64_t version) {
    version_ = version;
    if (children_.size() <= kSparseMax) {
        hashes_.clear();
        dirty_ = 0;
        root_ = computed(1);
        return;
    }
    if (hashes_.empty()) {
        hashes_.resize(kChildCount);
        dirty_ = static_cast<std::uint16_t>(~0U);
    }
    for (unsigned index = kChildCount - 1; index >= 1; --index) {
        if ((dirty_ & mask_of(index)) != 0) hashes_[index] = computed(index);
    }
    dirty_ = 0;
    root_ = hashes_[1];
}

}  // namespace ropenet::merkle
