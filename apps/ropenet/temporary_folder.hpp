// A folder for the length of a job, removed with everything in it. One thread.
#pragma once

#include <filesystem>
#include <string>

namespace ropenet::cli {

class TemporaryFolder {
  public:
    /// In the system's folder for temporary files.
    TemporaryFolder();
    /// A new one whose path begins with `prefix`; only the owner may enter it.
    explicit TemporaryFolder(const std::filesystem::path& prefix);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Empty when none could be made.
    const std::string& path() const { return path_; }
    /// It has another name now, or an owner: not removed any more.
    void release() { path_.clear(); }

  private:
    std::string path_;
};

}  // namespace ropenet::cli
