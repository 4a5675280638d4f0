#include "merkle/tiles.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/check.hpp"

namespace ropenet::merkle {
namespace {

constexpr std::string_view kRoot = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";
constexpr std::size_t kHashBytes = 32;

/// Hashes of one level of tiles, as far as a log has them.
std::uint64_t level_size(std::uint64_t tree_size, unsigned tile_level) {
    const unsigned shift = kTileHeight * tile_level;
    return shift >= 64 ? 0 : tree_size >> shift;
}

unsigned width_of(std::uint64_t tile_index, std::uint64_t count) {
    const std::uint64_t begin = tile_index * kTileWidth;
    return static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, count - begin));
}

std::string three_digits(std::uint64_t value) {
    std::string digits = std::to_string(value);
    return digits.insert(0, 3 - digits.size(), '0');
}

std::string text_of_index(std::uint64_t index) {
    std::string out;
    std::uint64_t power = 1;
    while (index / power >= 1000)
        power *= 1000;
    for (; power > 1; power /= 1000) {
        out += 'x';
        out += three_digits(index / power % 1000);
        out += '/';
    }
    out += three_digits(index % 1000);
    return out;
}

std::optional<std::uint64_t> number_from(std::string_view digits) {
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

/// Takes the text up to `mark` (or all of it) off the front of `rest`, and the mark.
std::string_view take_until(std::string_view& rest, std::string_view mark) {
    const std::size_t at = rest.find(mark);
    const std::string_view head = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + mark.size());
    return head;
}

std::optional<std::uint64_t> index_from(std::string_view text) {
    std::uint64_t index = 0;
    do {
        std::string_view part = take_until(text, "/");
        if (part.starts_with('x')) part.remove_prefix(1);
        const auto value = part.size() == 3 ? number_from(part) : std::nullopt;
        if (!value || index > kLogSizeMax / 1000) return std::nullopt;
        index = index * 1000 + *value;
    } while (!text.empty());
    return index;
}

Hash32 hash_at(BytesView tile, std::size_t position) {
    Hash32 out;
    std::memcpy(out.data(), &tile[position * kHashBytes], kHashBytes);
    return out;
}

/// The root over as many hashes of a tile as are given. Pre: their number is a power of two.
Hash32 root_over(BytesView hashes) {
    std::size_t count = hashes.size() / kHashBytes;
    std::array<Hash32, kTileWidth> row;
    for (std::size_t i = 0; i < count; ++i) {
        row[i] = hash_at(hashes, i);
    }
    for (; count > 1; count /= 2) {
        for (std::size_t i = 0; i < count / 2; ++i) {
            row[i] = node_hash(row[2 * i], row[2 * i + 1]);
        }
    }
    return row[0];
}

/// What is new on one level of tiles.
struct Growth {
    unsigned tile_level = 0;
    std::uint64_t old_count = 0;
    std::span<const Hash32> added;

    std::uint64_t new_count() const { return old_count + added.size(); }
};

Expected<Bytes, TileError> tile_bytes(const Growth& growth, std::uint64_t tile_index,
                                      const HashReader& existing) {
    const std::uint64_t begin = tile_index * kTileWidth;
    const std::uint64_t end = begin + width_of(tile_index, growth.new_count());
    Bytes out;
    out.reserve((end - begin) * kHashBytes);
    for (std::uint64_t i = begin; i < std::min(end, growth.old_count); ++i) {
        const auto hash = existing.find_node(kTileHeight * growth.tile_level, i);
        if (!hash) return Unexpected{TileError::missing};
        append(out, *hash);
    }
    for (std::uint64_t i = std::max(begin, growth.old_count); i < end; ++i) {
        append(out, growth.added[i - growth.old_count]);
    }
    return out;
}

void append_entry(Bytes& bundle, BytesView entry) {
    bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
    bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xFF));
    append(bundle, entry);
}

Expected<Bytes, TileError> last_partial_bundle(std::uint64_t log_size, const ReadTile& read) {
    if (log_size % kTileWidth == 0) return Bytes{};
    const TileId tile = bundle_of(log_size - 1, log_size);
    auto bundle = read(path_of(tile));
    if (!bundle) return Unexpected{TileError::missing};
    ROPE_TRY(const auto entries, entries_from_bundle(*bundle));
    if (entries.size() != tile.width) return Unexpected{TileError::malformed};
    return *std::move(bundle);
}

/// A full tile if there is one, else the partial one.
std::optional<Bytes> read_either(TileId tile, const ReadTile& read) {
    const unsigned width = std::exchange(tile.width, kTileWidth);
    auto bytes = read(path_of(tile));
    if (bytes || width == kTileWidth) return bytes;
    tile.width = width;
    return read(path_of(tile));
}

}  // namespace

std::string path_of(const TileId& tile) {
    std::string out{kRoot};
    if (tile.kind == TileKind::entries) {
        out += kEntries;
    } else {
        out += std::to_string(tile.level);
    }
    out += '/';
    out += text_of_index(tile.index);
    if (tile.width < kTileWidth) {
        out += kPartial;
        out += std::to_string(tile.width);
    }
    return out;
}

std::optional<TileId> tile_from_path(std::string_view path) {
    std::string_view rest = path;
    if (!rest.starts_with(kRoot)) return std::nullopt;
    rest.remove_prefix(kRoot.size());

    TileId tile;
    const std::string_view level = take_until(rest, "/");
    if (level == kEntries) {
        tile.kind = TileKind::entries;
    } else {
        const auto number = number_from(level);
        if (!number || *number > kTileLevelMax) return std::nullopt;
        tile.level = static_cast<unsigned>(*number);
    }
    const auto index = index_from(take_until(rest, kPartial));
    if (!index) return std::nullopt;
    tile.index = *index;
    if (!rest.empty()) {
        const auto width = number_from(rest);
        if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
        tile.width = static_cast<unsigned>(*width);
    }
    // What is read above is lenient about zeros and marks; only the one spelling is a path.
    if (path_of(tile) != path) return std::nullopt;
    return tile;
}

TileId bundle_of(std::uint64_t leaf_index, std::uint64_t tree_size) {
    ROPE_CHECK(leaf_index < tree_size);
    const std::uint64_t index = leaf_index / kTileWidth;
    return {.kind = TileKind::entries, .index = index, .width = width_of(index, tree_size)};
}

Expected<std::vector<TileFile>, TileError> new_tiles(std::uint64_t old_size,
                                                     std::span<const Hash32> new_leaves,
                                                     const HashReader& existing) {
    if (old_size > kLogSizeMax || new_leaves.size() > kLogSizeMax - old_size) {
        return Unexpected{TileError::log_full};
    }
    std::vector<TileFile> files;
    std::vector<Hash32> added(new_leaves.begin(), new_leaves.end());
    for (unsigned level = 0; !added.empty(); ++level) {
        const Growth growth{
            .tile_level = level, .old_count = level_size(old_size, level), .added = added};
        std::vector<Hash32> completed;
        const std::uint64_t last = (growth.new_count() - 1) / kTileWidth;
        for (std::uint64_t index = growth.old_count / kTileWidth; index <= last; ++index) {
            ROPE_TRY(Bytes bytes, tile_bytes(growth, index, existing));
            const TileId tile{
                .level = level, .index = index, .width = width_of(index, growth.new_count())};
            if (tile.width == kTileWidth) completed.push_back(root_over(bytes));
            files.push_back({.path = path_of(tile), .bytes = std::move(bytes)});
        }
        added = std::move(completed);
    }
    return files;
}

Expected<std::vector<TileFile>, TileError> new_bundles(std::uint64_t old_size,
                                                       std::span<const Bytes> new_entries,
                                                       const ReadTile& read) {
    if (old_size > kLogSizeMax || new_entries.size() > kLogSizeMax - old_size) {
        return Unexpected{TileError::log_full};
    }
    std::vector<TileFile> files;
    if (new_entries.empty()) return files;
    const std::uint64_t new_size = old_size + new_entries.size();
    ROPE_TRY(Bytes bundle, last_partial_bundle(old_size, read));
    for (std::uint64_t i = old_size; i < new_size; ++i) {
        const Bytes& entry = new_entries[i - old_size];
        if (entry.size() > kLogEntryBytesMax) return Unexpected{TileError::entry_too_long};
        append_entry(bundle, entry);
        if ((i + 1) % kTileWidth != 0 && i + 1 != new_size) continue;
        files.push_back({.path = path_of(bundle_of(i, i + 1)), .bytes = std::move(bundle)});
        bundle = {};
    }
    return files;
}

Expected<std::vector<Bytes>, TileError> entries_from_bundle(BytesView bundle) {
    std::vector<Bytes> entries;
    while (!bundle.empty()) {
        if (bundle.size() < 2 || entries.size() == kTileWidth) {
            return Unexpected{TileError::malformed};
        }
        const std::size_t length = static_cast<std::size_t>(bundle[0]) << 8 | bundle[1];
        bundle = bundle.subspan(2);
        if (length > bundle.size()) return Unexpected{TileError::malformed};
        entries.push_back(to_bytes(bundle.first(length)));
        bundle = bundle.subspan(length);
    }
    if (entries.empty()) return Unexpected{TileError::malformed};
    return entries;
}

std::optional<Hash32> TileReader::find_node(unsigned level, std::uint64_t index) const {
    const unsigned tile_level = level / kTileHeight;
    const unsigned height = level % kTileHeight;  // of the node over the tile's hashes
    const std::uint64_t count = level_size(tree_size_, tile_level);
    if (tile_level >= kept_.size() || index >= count >> height) return std::nullopt;

    const std::uint64_t first = index << height;
    const Bytes* const tile = find_tile(tile_level, first / kTileWidth);
    if (tile == nullptr) return std::nullopt;
    const std::size_t hashes = std::size_t{1} << height;
    const BytesView view{*tile};
    return root_over(view.subspan(first % kTileWidth * kHashBytes, hashes * kHashBytes));
}

const Bytes* TileReader::find_tile(unsigned tile_level, std::uint64_t index) const {
    Kept& kept = kept_[tile_level];
    if (kept.bytes && kept.index == index) return &*kept.bytes;

    const unsigned width = width_of(index, level_size(tree_size_, tile_level));
    auto bytes = read_either({.level = tile_level, .index = index, .width = width}, read_);
    // A full tile holds more than a smaller log knows; one of another length is damaged.
    if (!bytes || bytes->size() % kHashBytes != 0 || bytes->size() < width * kHashBytes ||
        bytes->size() > kTileWidth * kHashBytes) {
        return nullptr;
    }
    kept = {.index = index, .bytes = std::move(bytes)};
    return &*kept.bytes;
}

Expected<Bytes, TileError> entry_at(std::uint64_t leaf_index, std::uint64_t tree_size,
                                    const ReadTile& read) {
    if (leaf_index >= tree_size) return Unexpected{TileError::missing};
    const TileId tile = bundle_of(leaf_index, tree_size);
    const auto bundle = read_either(tile, read);
    if (!bundle) return Unexpected{TileError::missing};
    ROPE_TRY(auto entries, entries_from_bundle(*bundle));
    if (entries.size() < tile.width) return Unexpected{TileError::malformed};
    return std::move(entries[leaf_index % kTileWidth]);
}

}  // namespace ropenet::merkle
