#include "verify/tile_check.hpp"

#include <algorithm>
#include <span>

#include "crypto/hash.hpp"
#include "verify/inclusion.hpp"

namespace ropenet::verify {
namespace {

/// RFC 6962 section 2.1: the tree over these hashes as leaves.
Hash32 tree_over(std::span<const Hash32> hashes) {
    if (hashes.size() == 1) return hashes.front();
    std::size_t split = 1;
    while (split * 2 < hashes.size())
        split *= 2;
    return node_hash(tree_over(hashes.first(split)), tree_over(hashes.subspan(split)));
}

}  // namespace

std::string tile_path(std::string_view level, std::uint64_t index, std::uint64_t width) {
    std::string number;
    for (bool last = true; last || index > 0; last = false) {
        std::string part = std::to_string(index % 1000);
        part.insert(0, 3 - part.size(), '0');
        index /= 1000;
        if (last) {
            number = part;
        } else {
            number.insert(0, "x" + part + "/");
        }
    }
    std::string path = "tile/" + std::string{level} + "/" + number;
    if (width < kTileWidth) path += ".p/" + std::to_string(width);
    return path;
}

std::optional<Bytes> read_tile(const LogReader& read, const std::string& level, std::uint64_t index,
                               std::size_t width) {
    auto content = read(tile_path(level, index, width));
    if (!content && width < kTileWidth) content = read(tile_path(level, index, kTileWidth));
    return content;
}

void TileCheck::push(std::size_t level, const Hash32& hash) {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].hashes.push_back(hash);
}

void TileCheck::compare(std::size_t level) {
    const Level& tile = levels_[level];
    if (!fault_.empty() || tile.hashes.empty()) return;
    const std::size_t width = tile.hashes.size();
    const auto content = read_tile(*read_, std::to_string(level), tile.tile_index, width);
    Bytes expected;
    for (const Hash32& hash : tile.hashes)
        append(expected, hash);
    // A full tile found instead of the partial one begins with it.
    const bool same =
        content && content->size() >= expected.size() &&
        equal(BytesView{*content}.first(expected.size()), expected) &&
        (content->size() == expected.size() || content->size() == kTileWidth * sizeof(Hash32));
    if (!same) fault_ = tile_path(std::to_string(level), tile.tile_index, width);
}

void TileCheck::add(const Hash32& leaf) {
    push(0, leaf);
    for (std::size_t level = 0; levels_[level].hashes.size() == kTileWidth; ++level) {
        compare(level);
        const Hash32 above = tree_over(levels_[level].hashes);
        levels_[level].hashes.clear();
        ++levels_[level].tile_index;
        push(level + 1, above);
    }
}

void TileCheck::finish() {
    for (std::size_t level = 0; level < levels_.size(); ++level)
        compare(level);
}

Hash32 TileCheck::root() const {
    // From the right edge up: what a level still holds, then the part to its right.
    std::optional<Hash32> right;
    for (const Level& level : levels_) {
        std::vector<Hash32> hashes = level.hashes;
        if (right) hashes.push_back(*right);
        if (!hashes.empty()) right = tree_over(hashes);
    }
    return right.value_or(crypto::sha256(BytesView{}));
}

}  // namespace ropenet::verify
