#include "storage/file.hpp"

#include <utility>

namespace ropenet::storage {

std::string join_path(std::string_view dir, std::string_view name) {
    std::string path{dir};
    if (!path.empty() && path.back() != '/') path += '/';
    path += name;
    return path;
}

std::string parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : std::string{path.substr(0, slash)};
}

Result<Bytes> read_file(FileSystem& fs, const std::string& path, std::uint64_t bytes_max) {
    ROPE_TRY(const auto file, fs.open(path, OpenMode::read));
    ROPE_TRY(const std::uint64_t size, file->size());
    if (size > bytes_max) {
        return fail(ErrorCode::invalid, "read " + path + ": " + std::to_string(size) +
                                            " bytes, more than the limit of " +
                                            std::to_string(bytes_max));
    }
    Bytes bytes(size);
    ROPE_TRY(const std::size_t got, file->read_at(0, bytes));
    bytes.resize(got);
    return bytes;
}

Result<void> write_file_atomically(FileSystem& fs, const std::string& path, BytesView bytes) {
    const std::string temporary = path + ".tmp";
    {
        ROPE_TRY(const auto file, fs.open(temporary, OpenMode::recreate));
        if (auto done = file->append(bytes); !done) return done;
        if (auto done = file->sync(); !done) return done;
    }
    if (auto done = fs.rename(temporary, path); !done) return done;
    return fs.sync_dir(parent_of(path));
}

}  // namespace ropenet::storage
