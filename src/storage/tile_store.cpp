#include "storage/tile_store.hpp"

#include <algorithm>

namespace ropenet::storage {
namespace {

constexpr std::size_t kPathBytesMax = 256;
constexpr std::string_view kTemporary = ".tmp";

bool is_name(std::string_view name) {
    if (name.empty() || name.front() == '.' || name.ends_with(kTemporary)) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

/// Every full tile's folder of partial ones is its path with this ending.
constexpr std::string_view kPartials = ".p";

bool is_full_tile(std::string_view path) {
    return path.starts_with("tile/") && !parent_of(path).ends_with(kPartials);
}

Unexpected<Error> refuse_path(std::string_view path) {
    return fail(ErrorCode::invalid, "not a file of a log folder: " + std::string{path});
}

}  // namespace

bool is_log_path(std::string_view path) {
    if (path == "checkpoint") return true;
    if (path.size() > kPathBytesMax) return false;
    if (!path.starts_with("tile/") && !path.starts_with("policies/")) return false;
    while (true) {
        const std::size_t slash = path.find('/');
        if (!is_name(path.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

Result<std::unique_ptr<TileStore>> TileStore::open(FileSystem& fs, std::string dir) {
    while (dir.size() > 1 && dir.back() == '/')
        dir.pop_back();
    if (auto done = fs.create_dirs(dir); !done) return Unexpected{done.error()};
    return std::unique_ptr<TileStore>{new TileStore{fs, std::move(dir)}};
}

Result<void> TileStore::write_tiles(const std::vector<TileFile>& tiles) {
    if (auto ok = alive(); !ok) return ok;
    for (const TileFile& tile : tiles) {
        if (!is_log_path(tile.path) || tile.path == "checkpoint") return refuse_path(tile.path);
        if (auto done = die(write_tile(tile)); !done) return done;
    }
    return {};
}

Result<void> TileStore::write_tile(const TileFile& tile) {
    const std::string path = join_path(dir_, tile.path);
    files_to_sync_.insert(path);
    note_dirs_of(path);
    if (is_full_tile(tile.path)) full_tiles_.push_back(path);

    const auto there = read_file(fs_, path, kTileBytesMax);
    if (there && equal(*there, tile.bytes)) return {};
    if (!there && there.error().code == ErrorCode::io) return Unexpected{there.error()};

    if (auto done = fs_.create_dirs(parent_of(path)); !done) return done;
    const std::string temporary = path + std::string{kTemporary};
    {
        ROPE_TRY(const auto file, fs_.open(temporary, OpenMode::recreate));
        if (auto done = file->append(tile.bytes); !done) return done;
    }
    return fs_.rename(temporary, path);
}

/// A folder's own name must reach the disk too. Syncing a clean folder costs next to nothing.
void TileStore::note_dirs_of(std::string_view path) {
    std::string dir = parent_of(path);
    while (dir.size() > dir_.size()) {
        dirs_to_sync_.insert(dir);
        dir = parent_of(dir);
    }
    dirs_to_sync_.insert(dir_);
}

Result<void> TileStore::sync_tiles() {
    if (auto ok = alive(); !ok) return ok;
    return die(sync_all());
}

Result<void> TileStore::sync_all() {
    for (const std::string& path : files_to_sync_) {
        ROPE_TRY(const auto file, fs_.open(path, OpenMode::append));
        if (auto done = file->sync(); !done) return done;
    }
    files_to_sync_.clear();
    for (const std::string& dir : dirs_to_sync_) {
        if (auto done = fs_.sync_dir(dir); !done) return done;
    }
    dirs_to_sync_.clear();
    return {};
}

Result<void> TileStore::install_checkpoint(std::string_view note_text) {
    if (auto done = sync_tiles(); !done) return done;
    const std::string path = join_path(dir_, "checkpoint");
    if (auto done = die(write_file_atomically(fs_, path, view_of(note_text))); !done) return done;
    return die(drop_partials());
}

Result<void> TileStore::drop_partials() {
    for (const std::string& path : full_tiles_) {
        if (auto done = fs_.remove_all(path + std::string{kPartials}); !done) return done;
    }
    full_tiles_.clear();
    return {};
}

Result<std::optional<Bytes>> TileStore::read(const std::string& path) const {
    if (auto ok = alive(); !ok) return Unexpected{ok.error()};
    if (!is_log_path(path)) return refuse_path(path);
    auto bytes = read_file(fs_, join_path(dir_, path), kTileBytesMax);
    if (bytes) return std::optional<Bytes>{*std::move(bytes)};
    if (bytes.error().code == ErrorCode::not_found) return std::optional<Bytes>{};
    return Unexpected{bytes.error()};
}

Result<void> TileStore::die(Result<void> result) {
    if (!result) dead_.store(true);
    return result;
}

Result<void> TileStore::alive() const {
    if (!dead_.load()) return {};
    return fail(ErrorCode::io, "log folder " + dir_ + " stopped after a failed write; restart");
}

}  // namespace ropenet::storage
