#include "verify/inclusion.hpp"

#include <array>

#include "crypto/hash.hpp"

namespace ropenet::verify {
namespace {

// RFC 6962 section 2.1: leaves and nodes are told apart by their first byte.
constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix{0x01};

}  // namespace

Hash32 leaf_hash(BytesView leaf) {
    return crypto::sha256({kLeafPrefix, leaf});
}

Hash32 node_hash(const Hash32& left, const Hash32& right) {
    return crypto::sha256({kNodePrefix, left, right});
}

std::optional<Hash32> root_from_path(std::uint64_t index, std::uint64_t size, const Hash32& leaf,
                                     std::span<const Hash32> path) {
    if (index >= size) return std::nullopt;
    std::uint64_t node = index;
    std::uint64_t last = size - 1;
    Hash32 root = leaf;
    for (const Hash32& sibling : path) {
        if (last == 0) return std::nullopt;
        if ((node & 1) == 1 || node == last) {
            root = node_hash(sibling, root);
            // A last node that is a left child has no sibling here: it stands for its ancestor.
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(root, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) return std::nullopt;
    return root;
}

bool is_consistent(const TreeHead& older, const TreeHead& newer, std::span<const Hash32> path) {
    if (older.size > newer.size) return false;
    if (older.size == newer.size) return path.empty() && older.root == newer.root;
    // Every tree extends the empty one, whose root is the hash of nothing.
    if (older.size == 0) return path.empty() && older.root == crypto::sha256(BytesView{});
    const bool is_power_of_two = (older.size & (older.size - 1)) == 0;
    if (!is_power_of_two && path.empty()) return false;

    std::uint64_t node = older.size - 1;
    std::uint64_t last = newer.size - 1;
    while ((node & 1) == 1) {
        node >>= 1;
        last >>= 1;
    }
    const Hash32 first = is_power_of_two ? older.root : path.front();
    Hash32 old_root = first;
    Hash32 new_root = first;
    for (const Hash32& sibling : is_power_of_two ? path : path.subspan(1)) {
        if (last == 0) return false;
        if ((node & 1) == 1 || node == last) {
            old_root = node_hash(sibling, old_root);
            new_root = node_hash(sibling, new_root);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_root = node_hash(new_root, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && old_root == older.root && new_root == newer.root;
}

}  // namespace ropenet::verify
