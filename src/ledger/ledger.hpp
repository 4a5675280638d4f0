// The ledger of one rope: executes decided blocks, makes them durable, and remembers.
//
// Commit sequence (docs/spec/storage.md): block log append and fdatasync (the truth), then one
// batch into the key-value store without WAL, then the new view is published. Opening replays what
// the store lacks and checks state root and log root of each block.
//
// Threads: finalize() and commit() on the ledger thread alone; reader() and latest() on any.
// Errors: after any storage error the ledger is dead: it refuses everything, the node stops with
// exit 74. What a tx does wrong is in its TxResult.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "execution/execute.hpp"
#include "ledger/reader.hpp"
#include "storage/file.hpp"
#include "types/genesis.hpp"

namespace ropenet::storage {
class KvEnvironment;
}

namespace ropenet::ledger {

struct LedgerConfig {
    std::string folder;  // <data>/ropes/<rope>
    Bytes genesis;       // the bytes of genesis.cbor
    /// Log size this node has signed at most; nothing below may be lost.
    std::uint64_t signed_size = 0;
    /// Of the state tree; about 200 bytes each. The others are read from the store when needed.
    std::size_t leaves_in_memory = 2'000'000;
};

/// What a commit made durable; given to listeners on the ledger thread, borrowed for the call.
struct CommittedTx {
    Hash32 tx_id{};
    AccountId account;
    const execution::TxResult* result = nullptr;  // never null
};

struct CommittedBlock {
    HeightSummary at;
    std::span<const CommittedTx> txs;  // decoded ones alone
};

class CommitListener {
  public:
    virtual ~CommitListener() = default;
    virtual void on_commit(const CommittedBlock& block) = 0;
};

class Ledger {
  public:
    /// Creates the rope's folders at first. `files`, `kv` and `log` must outlive the ledger.
    static Result<std::unique_ptr<Ledger>> open(const LedgerConfig& config,
                                                storage::FileSystem& files,
                                                storage::KvEnvironment& kv, Log& log);
    virtual ~Ledger() = default;

    /// Executes in memory. Pre: height is one more than the last committed one.
    virtual Result<std::span<const execution::TxResult>> finalize(
        std::uint64_t height, std::int64_t time_ms, std::span<const execution::CheckedTx> txs) = 0;

    /// Returns only when the finalized block is durable. Tells the listeners.
    virtual Result<void> commit() = 0;

    /// Before the first block alone; the listener must outlive the ledger.
    virtual void add_listener(CommitListener& listener) = 0;

    /// Writes everything up to now into the key-value store's files. For an orderly stop.
    virtual Result<void> flush() = 0;

    virtual const Reader& reader() const = 0;
    /// Tiles and checkpoint of the public log folder; called by cosign alone, from one thread.
    virtual Result<void> install_checkpoint(std::uint64_t size, const std::string& note) = 0;
};

}  // namespace ropenet::ledger
