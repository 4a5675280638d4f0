// The inside of FaultFs: files with what is synced of them, names, and which operation fails.
//
// For fault_fs.cpp alone, which holds the mutex for each call. No rules of FileSystem here.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "concurrency/mutex.hpp"
#include "storage/testing/fault_fs.hpp"

namespace ropenet::storage::testing {

/// SplitMix64: the same seed, the same disk.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next();
    /// In [0, sides).
    std::uint64_t below(std::uint64_t sides) { return next() % sides; }

  private:
    std::uint64_t state_;
};

struct Inode {
    Bytes now;
    Bytes durable;
    std::size_t same_below = 0;  // now and durable agree on the bytes below

    void write(std::uint64_t offset, BytesView bytes);
    void resize(std::uint64_t size);
    void sync();
    void crash(Unsynced unsynced, Dice& dice);

  private:
    void keep_prefix(Dice& dice);
    void tear(Dice& dice);
    void touch(std::uint64_t offset);
};

using InodePtr = std::shared_ptr<Inode>;
using Names = std::map<std::string, InodePtr>;

/// A change of names that no sync_dir of `dir` has secured. Without an inode: path is gone.
struct NameChange {
    std::string dir;
    std::string path;
    InodePtr inode;
    std::string from;  // what was renamed to path, or empty
};

struct FaultFs::Disk {
    Mutex mutex;
    Names now;
    Names durable;
    std::vector<NameChange> unsynced_names;  // in the order of their making
    std::set<std::string> dirs{".", "/"};
    std::set<std::string> locked;
    std::uint64_t life = 0;  // rises with each crash; handles of an older life are useless
    std::optional<std::uint64_t> capacity;
    std::function<void()> listener;

    struct Counter {
        std::size_t done = 0;
        std::size_t failing = 0;  // 0: none
        Lasting lasting = Lasting::once;

        bool count_and_fail();
    };
    std::array<Counter, 4> counters;
    std::size_t misdone_write = 0;  // of the writes since the start; 0: none
    Misdeed misdeed = Misdeed::misdirected;
    std::size_t power_off = 0;  // of the changes since the start; 0: none
    bool is_off = false;

    Counter& counter(Operation operation) {
        return counters.at(static_cast<std::size_t>(operation));
    }

    /// Counts the operation; an error if it is the one to fail. `kind` is read, write, sync, or
    /// change for any other change.
    Result<void> begin(Operation kind, const std::string& what);
    void note(NameChange change);
    void secure(const std::string& dir);
    void crash(Unsynced unsynced, Dice& dice);
    void add_dirs_of(const std::string& path);
    std::uint64_t used() const;

  private:
    void apply(const NameChange& change);
    void crash_names(Unsynced unsynced, Dice& dice);
};

}  // namespace ropenet::storage::testing
