// The public log folder of a rope: checkpoint, tile/..., policies/...; any web server can serve it.
//
// Knows no hashing: the caller says which bytes stand at which path. The files are derived from the
// block log, so they need no durability of their own, with one rule: a checkpoint never reaches the
// disk before the tiles under it.
// Threads: writing from one thread; read from any.
// Errors:  invalid for a path outside the three above; io (a failed write kills the instance).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/file.hpp"

namespace ropenet::storage {

/// A full tile of entries: 256 records of just under 64 KiB with their lengths.
inline constexpr std::uint64_t kTileBytesMax = 17ULL << 20;

struct TileFile {
    std::string path;  // relative to the log folder: tile/0/x001/234.p/5
    Bytes bytes;
};

/// `checkpoint`, or below `tile/` or `policies/`: names of [A-Za-z0-9._-] that do not begin with a
/// dot and do not end in .tmp.
bool is_log_path(std::string_view path);

class TileStore {
  public:
    /// `dir` is the rope's log folder, created if absent. `fs` must outlive the store.
    static Result<std::unique_ptr<TileStore>> open(FileSystem& fs, std::string dir);

    /// Each file appears whole or not at all. One that is there with these bytes is left alone, but
    /// still reaches the disk before the next checkpoint. Also takes policies/ files.
    Result<void> write_tiles(const std::vector<TileFile>& tiles);

    /// Brings everything written since the last call to the disk.
    Result<void> sync_tiles();

    /// sync_tiles, then puts the note in place durably; then drops partial tiles that a full one
    /// written since the last install replaces.
    Result<void> install_checkpoint(std::string_view note_text);

    /// Absent when there is no such file.
    Result<std::optional<Bytes>> read(const std::string& path) const;

    const std::string& dir() const { return dir_; }

  private:
    TileStore(FileSystem& fs, std::string dir) : fs_{fs}, dir_{std::move(dir)} {}

    Result<void> write_tile(const TileFile& tile);
    Result<void> sync_all();
    Result<void> drop_partials();
    Result<void> die(Result<void> result);
    Result<void> alive() const;
    void note_dirs_of(std::string_view path);

    FileSystem& fs_;
    const std::string dir_;
    std::set<std::string> files_to_sync_;
    std::set<std::string> dirs_to_sync_;
    std::vector<std::string> full_tiles_;  // written since the last checkpoint
    std::atomic<bool> dead_{false};
};

}  // namespace ropenet::storage
