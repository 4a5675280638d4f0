// A folder for the length of a job, removed with everything in it. One thread.
#pragma once

#include <string>

namespace ropenet::cli {

class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Empty when none could be made.
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace ropenet::cli
