// A disk in memory that fails when told to and forgets in a crash what was not synced.
//
// The model: bytes survive from the last File::sync of their file; a name (creation, rename,
// removal) survives from the last sync_dir of its folder. Folders survive at once, except their
// entries. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/file.hpp"

namespace ropenet::storage::testing {

/// What a crash leaves of bytes that were appended and not synced.
enum class Unsynced : std::uint8_t { lost, half_kept };

class FaultFs final : public FileSystem {
  public:
    FaultFs();
    ~FaultFs() override;

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> remove_all(const std::string& path) override;
    Result<void> create_dirs(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& dir) override;
    Result<void> sync_dir(const std::string& dir) override;
    Result<bool> exists(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

    /// The n-th change from now (1 = the next, 0 = none) fails with io, once; a failed append
    /// leaves half. Changes: opening a file that is created or emptied, append, write_at, sync,
    /// truncate, rename, remove, create_dirs, sync_dir.
    void fail_change(std::size_t n);
    /// Changes asked for since the start.
    std::size_t change_count() const;

    /// Power loss: open files become useless, unsynced work is gone.
    void crash(Unsynced unsynced = Unsynced::lost);

    /// Bytes as a reader sees them now; absent if there is no such file.
    std::optional<Bytes> contents(const std::string& path) const;
    /// Puts bytes there, durably, past every fault: a disk that rots, or a test's preparation.
    void put(const std::string& path, Bytes bytes);
    std::vector<std::string> files() const;

    struct Disk;

  private:
    std::shared_ptr<Disk> disk_;
};

}  // namespace ropenet::storage::testing
