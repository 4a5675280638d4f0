#include "storage/folder_lock.hpp"

#include <string_view>

namespace ropenet::storage {
namespace {

/// The last word of the file system's sentence: "... held by process 4711".
std::string_view holder_in(std::string_view what) {
    const std::size_t space = what.rfind(' ');
    return space == std::string_view::npos ? "?" : what.substr(space + 1);
}

}  // namespace

Result<FolderLock> FolderLock::acquire(FileSystem& fs, const std::string& dir) {
    auto lock = fs.lock(join_path(dir, "lock"));
    if (lock) return FolderLock{*std::move(lock)};
    const Error& error = lock.error();
    if (error.code != ErrorCode::busy) return Unexpected{error};
    return fail(ErrorCode::busy, "another ropenet process (pid " +
                                     std::string{holder_in(error.what)} +
                                     ") uses this folder: " + dir);
}

}  // namespace ropenet::storage
