// Files and folders as storage needs them, behind an interface that tests can make fail.
//
// Knows no formats. Two implementations: PosixFileSystem, and testing::FaultFs in memory.
// Threads: a FileSystem from any thread; a File from one, but read_at from any beside an append.
// Errors:  io with the path, the operation and the system's reason; not_found for a missing file.
// Durable: bytes after File::sync; a name (creation, rename, removal) after sync_dir of its folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::storage {

class File {
  public:
    File() = default;
    virtual ~File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    /// Fills `out` from `offset`; fewer bytes than asked for only at the end of the file.
    virtual Result<std::size_t> read_at(std::uint64_t offset,
                                        std::span<std::uint8_t> out) const = 0;
    /// All or an error; after an error any part may be in the file.
    virtual Result<void> append(BytesView bytes) = 0;
    virtual Result<void> write_at(std::uint64_t offset, BytesView bytes) = 0;
    /// fdatasync: returns when the bytes and the size are on the disk.
    virtual Result<void> sync() = 0;
    virtual Result<std::uint64_t> size() const = 0;
    virtual Result<void> truncate(std::uint64_t size) = 0;
};

/// Held until destroyed, or until the process ends in whatever way.
class FileLock {
  public:
    FileLock() = default;
    virtual ~FileLock() = default;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
};

enum class OpenMode : std::uint8_t {
    read,      // must exist
    write,     // write_at and truncate; created if absent
    append,    // append and truncate; created if absent
    recreate,  // append to an empty file, whatever was there
};

class FileSystem {
  public:
    FileSystem() = default;
    virtual ~FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;

    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    /// Replaces `to`.
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void> remove(const std::string& path) = 0;
    /// A file, or a folder with everything below it; nothing there is fine.
    virtual Result<void> remove_all(const std::string& path) = 0;
    /// With parents; existing ones are fine. The names of new ones are durable at return.
    virtual Result<void> create_dirs(const std::string& path) = 0;
    /// Names, not paths, sorted; files and folders.
    virtual Result<std::vector<std::string>> list(const std::string& dir) = 0;
    virtual Result<void> sync_dir(const std::string& dir) = 0;
    virtual Result<bool> exists(const std::string& path) = 0;
    /// Exclusive, without waiting. busy, with the holder's process id, if somebody has it.
    virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// `dir/name`.
std::string join_path(std::string_view dir, std::string_view name);
/// The folder that holds `path`: "." for a bare name.
std::string parent_of(std::string_view path);

/// not_found if there is no such file; invalid if it is larger than `bytes_max`.
Result<Bytes> read_file(FileSystem& fs, const std::string& path, std::uint64_t bytes_max);

/// After success the file holds exactly `bytes`, also after a power loss; before, it held what it
/// held: `path`.tmp, sync, rename, sync of the folder. One writer per path.
Result<void> write_file_atomically(FileSystem& fs, const std::string& path, BytesView bytes);

}  // namespace ropenet::storage
