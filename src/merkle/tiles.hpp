// A log as files: C2SP tlog-tiles, tiles of 256 hashes and bundles of 256 entries.
//
//   path   = "tile/" (level | "entries") "/" *("x" 3DIGIT "/") 3DIGIT [".p/" width]
//   tile   = 1..256 hashes: roots over 256^level leaves each (level 0: leaf hashes)
//   bundle = 1..256 of length:be16 entry
//
// Says which files must exist and what is in them; writes and reads none itself. A tile or bundle
// that is full never changes. Pure, except that a TileReader remembers tiles: one thread each.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "merkle/log_tree.hpp"

namespace ropenet::merkle {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevelMax = 63;
inline constexpr std::size_t kLogEntryBytesMax = 65535;

enum class TileKind : std::uint8_t { hashes, entries };

struct TileId {
    TileKind kind = TileKind::hashes;
    unsigned level = 0;  // always 0 for entries
    std::uint64_t index = 0;
    unsigned width = kTileWidth;  // 1..256; less is a partial tile

    friend bool operator==(const TileId&, const TileId&) = default;
};

/// Relative to the log's prefix, without a leading slash.
std::string path_of(const TileId& tile);

/// Absent unless `path` is exactly what path_of gives for some tile.
std::optional<TileId> tile_from_path(std::string_view path);

/// Where entry `leaf_index` stands in a log of tree_size entries. Pre: leaf_index < tree_size.
TileId bundle_of(std::uint64_t leaf_index, std::uint64_t tree_size);

struct TileFile {
    std::string path;
    Bytes bytes;

    friend bool operator==(const TileFile&, const TileFile&) = default;
};

enum class TileError : std::uint8_t {
    missing,    // an earlier tile or bundle that a new one continues is not there
    malformed,  // what is there is not a bundle, or not of that width
    entry_too_long,
    log_full,  // the log would pass kLogSizeMax
};

/// The tile files of a path, as they stand; absent when there is none.
using ReadTile = std::function<std::optional<Bytes>(const std::string& path)>;

/// The hash tiles, full and partial, that a log needs besides those of old_size once `new_leaves`
/// (leaf hashes) are appended. `existing` has the hashes of old_size.
Expected<std::vector<TileFile>, TileError> new_tiles(std::uint64_t old_size,
                                                     std::span<const Hash32> new_leaves,
                                                     const HashReader& existing);

/// The same for entry bundles; `read` is asked for the last bundle of old_size if it was partial.
Expected<std::vector<TileFile>, TileError> new_bundles(std::uint64_t old_size,
                                                       std::span<const Bytes> new_entries,
                                                       const ReadTile& read);

/// Refuses an empty bundle, more than 256 entries and trailing bytes.
Expected<std::vector<Bytes>, TileError> entries_from_bundle(BytesView bundle);

/// The hashes of a log of tree_size leaves, out of its tiles: a full tile if there is one, else the
/// partial one of that size. Remembers one tile a level. `read` may be asked later, so what it
/// refers to must outlive the reader.
class TileReader final : public HashReader {
  public:
    TileReader(std::uint64_t tree_size, ReadTile read)
        : tree_size_{tree_size}, read_{std::move(read)} {}

    std::optional<Hash32> find_node(unsigned level, std::uint64_t index) const override;

  private:
    struct Kept {
        std::uint64_t index = 0;
        std::optional<Bytes> bytes;
    };

    const Bytes* find_tile(unsigned tile_level, std::uint64_t index) const;

    std::uint64_t tree_size_;
    ReadTile read_;
    mutable std::array<Kept, kTileHeight> kept_;
};

/// Entry `leaf_index` of a log of tree_size entries, out of its bundles.
Expected<Bytes, TileError> entry_at(std::uint64_t leaf_index, std::uint64_t tree_size,
                                    const ReadTile& read);

}  // namespace ropenet::merkle
