#include "merkle/log_tree.hpp"

#include <bit>
#include <cstring>
#include <span>

#include "base/check.hpp"
#include "crypto/hash.hpp"

namespace ropenet::merkle {
namespace {

using Hashes = std::vector<Hash32>;

/// Leaves [begin, end).
struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const { return end - begin; }
    /// RFC 6962's k: the largest power of two smaller than the size. Pre: size() >= 2.
    std::uint64_t split() const { return begin + std::bit_floor(size() - 1); }
    Range left() const { return {begin, split()}; }
    Range right() const { return {split(), end}; }
};

/// Pre: the range is not empty and is one that RFC 6962's splits of a whole log lead to.
Expected<Hash32, ProofError> hash_of(const HashReader& reader, Range range) {
    if (std::has_single_bit(range.size())) {
        const auto level = static_cast<unsigned>(std::countr_zero(range.size()));
        const auto node = reader.find_node(level, range.begin >> level);
        if (!node) return Unexpected{ProofError::missing_hash};
        return *node;
    }
    ROPE_TRY(const Hash32 left, hash_of(reader, range.left()));
    ROPE_TRY(const Hash32 right, hash_of(reader, range.right()));
    return node_hash(left, right);
}

/// Puts the siblings on the way to the leaf in `siblings`, the root's first.
std::vector<Range> siblings_of(std::uint64_t leaf_index, Range tree) {
    std::vector<Range> siblings;
    while (tree.size() > 1) {
        const bool goes_left = leaf_index < tree.split();
        siblings.push_back(goes_left ? tree.right() : tree.left());
        tree = goes_left ? tree.left() : tree.right();
    }
    return siblings;
}

Expected<Hashes, ProofError> hashes_from_leaf_up(const HashReader& reader,
                                                 std::span<const Range> from_root_down) {
    Hashes out;
    out.reserve(from_root_down.size());
    for (auto it = from_root_down.rbegin(); it != from_root_down.rend(); ++it) {
        ROPE_TRY(const Hash32 hash, hash_of(reader, *it));
        out.push_back(hash);
    }
    return out;
}

}  // namespace

Hash32 leaf_hash(BytesView leaf) {
    constexpr std::array<std::uint8_t, 1> kLeafTag{0x00};
    return crypto::sha256({kLeafTag, leaf});
}

Hash32 node_hash(const Hash32& left, const Hash32& right) {
    std::array<std::uint8_t, 65> preimage;
    preimage[0] = 0x01;
    std::memcpy(&preimage[1], left.data(), left.size());
    std::memcpy(&preimage[33], right.data(), right.size());
    return crypto::sha256(preimage);
}

Hash32 empty_root() {
    return crypto::sha256(BytesView{});
}

void Frontier::append(const Hash32& leaf) {
    ROPE_CHECK(size_ < kLogSizeMax);
    Hash32 hash = leaf;
    for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
        hash = node_hash(roots_.back(), hash);
        roots_.pop_back();
    }
    roots_.push_back(hash);
    ++size_;
}

Hash32 Frontier::root() const {
    if (roots_.empty()) return empty_root();
    Hash32 root = roots_.back();
    for (auto it = roots_.rbegin() + 1; it != roots_.rend(); ++it) {
        root = node_hash(*it, root);
    }
    return root;
}

Bytes Frontier::encode() const {
    Bytes out;
    out.reserve(8 + 32 * roots_.size());
    append_be64(out, size_);
    for (const Hash32& root : roots_) {
        ropenet::append(out, root);
    }
    return out;
}

Expected<Frontier, FrontierError> Frontier::decode(BytesView bytes) {
    if (bytes.size() < 8) return Unexpected{FrontierError::length};
    Frontier out;
    out.size_ = be64_from(bytes.first<8>());
    if (out.size_ > kLogSizeMax) return Unexpected{FrontierError::size};
    const BytesView hashes = bytes.subspan(8);
    const auto count = static_cast<std::size_t>(std::popcount(out.size_));
    if (hashes.size() != 32 * count) return Unexpected{FrontierError::length};
    out.roots_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(out.roots_[i].data(), &hashes[32 * i], 32);
    }
    return out;
}

Expected<Hashes, ProofError> inclusion_proof(const HashReader& reader, std::uint64_t leaf_index,
                                             std::uint64_t tree_size) {
    if (leaf_index >= tree_size || tree_size > kLogSizeMax) return Unexpected{ProofError::range};
    return hashes_from_leaf_up(reader, siblings_of(leaf_index, {0, tree_size}));
}

Expected<Hashes, ProofError> consistency_proof(const HashReader& reader, std::uint64_t old_size,
                                               std::uint64_t new_size) {
    if (old_size > new_size || new_size > kLogSizeMax) return Unexpected{ProofError::range};
    if (old_size == 0 || old_size == new_size) return Hashes{};

    // RFC 6962's SUBPROOF walks to the old log's last complete subtree; that subtree itself is
    // named too, unless it is the whole old log, whose root the verifier has.
    std::vector<Range> named;
    Range tree{0, new_size};
    while (tree.end != old_size) {
        const bool goes_left = old_size <= tree.split();
        named.push_back(goes_left ? tree.right() : tree.left());
        tree = goes_left ? tree.left() : tree.right();
    }
    if (tree.begin != 0) named.push_back(tree);
    return hashes_from_leaf_up(reader, named);
}

Expected<Hash32, ProofError> root_at(const HashReader& reader, std::uint64_t tree_size) {
    if (tree_size > kLogSizeMax) return Unexpected{ProofError::range};
    if (tree_size == 0) return empty_root();
    return hash_of(reader, {0, tree_size});
}

Expected<Frontier, ProofError> frontier_at(const HashReader& reader, std::uint64_t tree_size) {
    if (tree_size > kLogSizeMax) return Unexpected{ProofError::range};
    Frontier out;
    out.size_ = tree_size;
    std::uint64_t begin = 0;
    while (begin != tree_size) {
        const std::uint64_t width = std::bit_floor(tree_size - begin);
        ROPE_TRY(const Hash32 root, hash_of(reader, {begin, begin + width}));
        out.roots_.push_back(root);
        begin += width;
    }
    return out;
}

}  // namespace ropenet::merkle
