// The FileSystem of production: POSIX calls, each with its errno in the sentence.
//
// New files have mode 0640, new folders 0750. Threads: any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file.hpp"

namespace ropenet::storage {

class PosixFileSystem final : public FileSystem {
  public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> remove_all(const std::string& path) override;
    Result<void> create_dirs(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& dir) override;
    Result<void> sync_dir(const std::string& dir) override;
    Result<bool> exists(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

}  // namespace ropenet::storage
