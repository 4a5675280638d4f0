// A key-value store with columns: what is derived from the block log and may lag behind it.
//
// There is no write-ahead log. A write is visible at once and lost in a crash unless flushed. Every
// flush, also one that the memory limit causes, takes all columns at one point between two batches:
// the height a caller stores in each batch is the height of everything that survives. Closing
// flushes nothing. Knows no ledger: the caller names the columns.
// Threads: reads from any thread; write and flush from one.
// Errors:  io (after a failed write or flush the instance is dead), corrupt, config.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace rocksdb {
class Env;
}

namespace ropenet::storage {

/// Position of a column in the list given to Kv::open. Use an unscoped or cast enum of the caller.
using Column = std::uint32_t;

struct KvMemory {
    std::size_t block_cache_bytes = 96ULL << 20;
    std::size_t write_buffer_bytes = 64ULL << 20;  // of all stores together; more causes a flush
};

/// Cache, write memory and background threads that all stores of a process share. Must outlive
/// them. `files` is where they stand, borrowed; null: the system's disk (tests: fault_rocksdb.hpp).
class KvEnvironment {
  public:
    explicit KvEnvironment(KvMemory memory = {}, rocksdb::Env* files = nullptr);
    ~KvEnvironment();
    KvEnvironment(const KvEnvironment&) = delete;
    KvEnvironment& operator=(const KvEnvironment&) = delete;

  private:
    friend class Kv;
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

/// Changes that become visible together. Of two changes to one key the later one wins.
class KvBatch {
  public:
    void put(Column column, BytesView key, BytesView value);
    void del(Column column, BytesView key);
    /// Keys from `from` up to, not including, `to`.
    void del_range(Column column, BytesView from, BytesView to);
    void clear();
    std::size_t count() const { return changes_.size(); }

  private:
    friend class Kv;
    enum class Kind : std::uint8_t { put, del, del_range };
    struct Change {
        Kind kind = Kind::put;
        Column column = 0;
        std::size_t at = 0;  // first and then second stand there in bytes_
        std::size_t first = 0;
        std::size_t second = 0;
    };

    void add(Kind kind, Column column, BytesView first, BytesView second);
    BytesView first_of(const Change& change) const;
    /// Neighbours go into RocksDB's sorted memory faster than strangers.
    std::vector<const Change*> in_key_order() const;
    BytesView second_of(const Change& change) const;

    Bytes bytes_;
    std::vector<Change> changes_;
};

/// The store at one moment. Must not outlive its Kv.
class KvSnapshot {
  public:
    ~KvSnapshot();
    KvSnapshot(const KvSnapshot&) = delete;
    KvSnapshot& operator=(const KvSnapshot&) = delete;

  private:
    friend class Kv;
    struct Held;
    explicit KvSnapshot(std::unique_ptr<Held> held);
    std::unique_ptr<Held> held_;
};

/// Walks one column in key order, on the store as it was when the cursor was made. Must not outlive
/// its Kv. After it is not valid, ask status(): the end, or an error.
class KvCursor {
  public:
    ~KvCursor();
    KvCursor(KvCursor&& other) noexcept;
    KvCursor& operator=(KvCursor&& other) noexcept;

    /// First key >= `key`.
    void seek(BytesView key);
    /// Last key <= `key`.
    void seek_for_prev(BytesView key);
    void seek_to_first();
    void seek_to_last();
    void next();
    void prev();
    bool valid() const;
    /// Valid until the cursor moves. Pre: valid().
    BytesView key() const;
    BytesView value() const;
    Result<void> status() const;

  private:
    friend class Kv;
    struct Walk;
    explicit KvCursor(std::unique_ptr<Walk> walk);
    std::unique_ptr<Walk> walk_;
};

enum class Order : std::uint8_t { ascending, descending };
enum class Go : std::uint8_t { on, stop };

/// Keys with from <= key < to, in either order; an empty `to` means up to the end.
struct KvRange {
    Column column = 0;
    BytesView from;
    BytesView to;
    Order order = Order::ascending;
    std::size_t limit = SIZE_MAX;
};

class Kv {
  public:
    using Visit = std::function<Go(BytesView key, BytesView value)>;

    /// Created if absent. Columns may be added at the end of the list from one version to the next.
    static Result<std::unique_ptr<Kv>> open(KvEnvironment& environment, const std::string& dir,
                                            const std::vector<std::string>& columns);
    /// Removes the store in `dir`; it must not be open.
    static Result<void> destroy(const std::string& dir);

    ~Kv();
    Kv(const Kv&) = delete;
    Kv& operator=(const Kv&) = delete;

    Result<void> write(const KvBatch& batch);
    /// Returns when everything written is on the disk.
    Result<void> flush();

    Result<std::optional<Bytes>> get(Column column, BytesView key,
                                     const KvSnapshot* at = nullptr) const;
    /// Same order and count as `keys`.
    Result<std::vector<std::optional<Bytes>>> multi_get(Column column,
                                                        const std::vector<Bytes>& keys,
                                                        const KvSnapshot* at = nullptr) const;
    /// Calls `visit` for up to range.limit keys, until it says stop. Answers how many it visited.
    Result<std::size_t> scan(const KvRange& range, const Visit& visit,
                             const KvSnapshot* at = nullptr) const;
    KvCursor cursor(Column column, const KvSnapshot* at = nullptr) const;
    std::unique_ptr<KvSnapshot> snapshot() const;

    /// On disk and in memory, roughly, per column.
    std::vector<std::uint64_t> approximate_sizes() const;
    /// Reads everything on disk and checks it.
    Result<void> verify() const;
    bool dead() const;

  private:
    struct Open;
    explicit Kv(std::unique_ptr<Open> open);
    Result<void> alive() const;

    std::unique_ptr<Open> open_;
};

}  // namespace ropenet::storage
