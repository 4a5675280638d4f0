// One process per data folder: two writers of one block log would destroy it.
//
// The kernel releases the lock when the process ends, also by kill -9, so it never needs cleaning.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/file.hpp"

namespace ropenet::storage {

class FolderLock {
  public:
    /// busy: "another ropenet process (pid N) uses this folder: DIR". The folder must exist.
    static Result<FolderLock> acquire(FileSystem& fs, const std::string& dir);

  private:
    explicit FolderLock(std::unique_ptr<FileLock> lock) : lock_{std::move(lock)} {}

    std::unique_ptr<FileLock> lock_;
};

}  // namespace ropenet::storage
