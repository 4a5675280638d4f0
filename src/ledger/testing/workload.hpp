// A fixed history of blocks, checkpoints and flushes, and a ledger with all its files on one
// FaultFs: for tests that break the disk and compare what is left with a straight run.
//
// Threads: one, but promised() from any. The same block count leads to the same blocks, roots and
// checkpoints.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "concurrency/mutex.hpp"
#include "execution/testing/signed_tx.hpp"
#include "ledger/ledger.hpp"
#include "storage/kv.hpp"
#include "storage/testing/fault_rocksdb.hpp"

namespace ropenet::ledger::testing {

inline constexpr const char* kFolder = "/rope";

struct PlannedBlock {
    std::int64_t time_ms = 0;
    std::vector<execution::CheckedTx> txs;
};

/// Block n stands at [n - 1]. Each holds two deposits; every third one also a refused tx.
class Workload {
  public:
    explicit Workload(std::uint64_t blocks);

    const Bytes& genesis() const { return genesis_; }
    const std::vector<PlannedBlock>& blocks() const { return blocks_; }
    const execution::testing::Identity& alice() const { return alice_; }
    static bool has_checkpoint_after(std::uint64_t height) { return height % 4 == 0; }
    static bool has_flush_after(std::uint64_t height) { return height % 7 == 0; }

  private:
    execution::testing::Identity alice_ = execution::testing::make_identity("alice", 1);
    execution::testing::Identity registrar_ = execution::testing::make_identity("registrar", 3);
    Bytes genesis_;
    std::vector<PlannedBlock> blocks_;
};

/// What a client may rely on: told before power went.
struct Promised {
    std::uint64_t height = 0;
    std::uint64_t signed_size = 0;
};

/// A ledger on a disk. Destroying it flushes nothing.
class OnDisk {
  public:
    /// `workload` and `disk` must outlive it.
    OnDisk(const Workload& workload, storage::testing::FaultFs& disk,
           std::uint64_t signed_size = 0);

    /// Null if the ledger did not open; problem() says why.
    Ledger* ledger() const { return ledger_.get(); }
    const Error& problem() const { return problem_; }

    /// Executes and commits the next planned block.
    Result<void> commit_next();
    /// The next block, then what the workload has after it.
    Result<void> step();
    /// Any thread: a disk's listener asks.
    Promised promised() const;

  private:
    const Workload& workload_;
    std::shared_ptr<rocksdb::Env> env_;
    storage::KvEnvironment kv_;
    NullLog log_;
    std::unique_ptr<Ledger> ledger_;
    Error problem_;
    mutable Mutex mutex_;
    Promised promised_ ROPE_GUARDED_BY(mutex_);
};

std::string unsigned_note(const HeightSummary& at);

/// Everything that a reader can ask, as it is after a straight run.
struct Truth {
    std::vector<HeightSummary> at;  // by height
    std::vector<Bytes> records;     // by index
};

Truth straight_run(const Workload& workload);

/// What is wrong with this ledger after a loss of power, or absent: each promised tx there once,
/// roots of the straight run, no signed checkpoint contradicted.
std::optional<std::string> broken_promise(const Workload& workload, const Truth& truth,
                                          const Ledger& ledger, const Promised& promised);

}  // namespace ropenet::ledger::testing
