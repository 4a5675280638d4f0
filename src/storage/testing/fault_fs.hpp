// A disk in memory that fails when told to and forgets in a crash what was not synced.
//
// The model: bytes survive from the last File::sync of their file; a name (creation, rename,
// removal) survives from the last sync_dir of its folder. Folders survive at once, except their
// entries. crash() decides, by its variant and seed, how much of the rest survives too. RocksDB
// runs on it by fault_rocksdb.hpp, so a whole ledger stands on one such disk:
//
//     FaultFs disk;
//     const auto env = rocksdb_env_on(disk);
//     KvEnvironment kv{{}, env.get()};
//     disk.power_off_at(17);   // change 17 and all after it fail
//     ...open a Ledger with disk and kv, work until it fails, destroy it...
//     disk.crash(Unsynced::torn, seed);   // power is back; open again
//
// Threads: any, but crash() and the arming of faults from one, while nobody else works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/file.hpp"

namespace ropenet::storage::testing {

/// What a crash leaves of what was not synced. Names that were not synced are lost with the first
/// two; else a random part is kept of each folder's in their order.
enum class Unsynced : std::uint8_t {
    lost,
    half_kept,    // of bytes that were appended
    prefix_kept,  // of each file a random part of what was appended; other writes or not, at random
    torn,         // each sector of 512 bytes is the old one (zeros past the old end) or the new one
    kept,         // all of it, names too: a process that was killed
};

inline constexpr std::size_t kSectorBytes = 512;

enum class Operation : std::uint8_t {
    read,    // read_at
    write,   // append, write_at
    sync,    // File::sync, sync_dir
    change,  // what changes or secures the disk; see fail_change
};

enum class Lasting : std::uint8_t { once, from_then_on };

/// What a disk does to a write that it reports as done.
enum class Misdeed : std::uint8_t {
    misdirected,  // the bytes land at another offset of the file
    shortened,    // half of the bytes land
};

struct Bit {
    std::string path;
    std::uint64_t at = 0;  // from the first byte's lowest bit
};

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
    bool is_dir(const std::string& path) const;

    /// The n-th change from now (1 = the next, 0 = none) fails with io, once; a failed append
    /// leaves half. Changes: opening a file that is created or emptied, append, write_at, sync,
    /// truncate, rename, remove, create_dirs, sync_dir.
    void fail_change(std::size_t n) { fail_nth(Operation::change, n, Lasting::once); }
    /// The n-th such operation from now (1 = the next, 0 = none) fails with io. One fault at a time
    /// for each kind of operation.
    void fail_nth(Operation operation, std::size_t n, Lasting lasting);
    /// Power goes at the n-th change from now: it and every operation after it fail, until crash().
    void power_off_at(std::size_t n);
    /// The n-th write from now is reported as done, but is not what was asked for.
    void misdo_write(std::size_t n, Misdeed misdeed);
    /// All files together; absent: no limit. A write past it leaves what fits and fails.
    void set_capacity(std::optional<std::uint64_t> bytes);
    /// Operations of that kind since the start.
    std::size_t count(Operation operation) const;
    std::size_t change_count() const { return count(Operation::change); }

    /// Power loss: open files become useless; what was not synced survives as `unsynced` says.
    void crash(Unsynced unsynced = Unsynced::lost, std::uint64_t seed = 0);

    /// Turns bits over at random places of all files, now and durably; answers where.
    std::vector<Bit> rot(std::size_t bits, std::uint64_t seed);
    void flip(const Bit& bit);

    /// The disk as it is now, synced and not synced; without its faults and locks.
    std::unique_ptr<FaultFs> copy() const;
    /// Called before each change, on the thread that asks for it: a copy() made there is the disk
    /// at the moment of that change. Null: nobody.
    void on_change(std::function<void()> listener);

    /// Bytes as a reader sees them now; absent if there is no such file.
    std::optional<Bytes> contents(const std::string& path) const;
    /// Puts bytes there, durably, past every fault: a disk that rots, or a test's preparation.
    void put(const std::string& path, Bytes bytes);
    std::vector<std::string> files() const;

    struct Disk;

  private:
    explicit FaultFs(std::shared_ptr<Disk> disk);

    std::shared_ptr<Disk> disk_;
};

}  // namespace ropenet::storage::testing
