// ordering: agree on the next block; know nothing about what is in it.
//
// An engine sees a tx as bytes and the state as one hash, never accounts, contracts or RocksDB.
// solo (solo/solo_engine.hpp) is one node and every test; method names follow ABCI 2.0 so that a
// Byzantine fault tolerant engine fits the same seam.
//
// Threads: an engine calls Application from one thread at a time, in block order.
// Errors:  a tx the application refuses is a Verdict. An Error stops the node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::ordering {

enum class Verdict : std::uint8_t { accept, reject };

/// A block every honest node has agreed on. Borrowed for the length of one call.
struct DecidedBlock {
    std::uint64_t height = 0;
    std::int64_t time_unix_ms = 0;
    std::span<const Bytes> txs;
};

struct FinalizedBlock {
    std::vector<std::uint32_t> tx_codes;  // same order and count as DecidedBlock::txs
    Bytes app_hash;
};

/// The last block the application has made durable.
struct ApplicationInfo {
    std::uint64_t height = 0;
    std::int64_t time_unix_ms = 0;
};

/// The replicated state machine, as ordering sees it. Method names follow ABCI 2.0.
class Application {
  public:
    virtual ~Application() = default;

    virtual ApplicationInfo info() = 0;
    virtual Verdict check_tx(BytesView tx) = 0;

    /// Executes in memory: same state and same block give the same answer on every node.
    /// Pre: block.height is one more than the last finalized height.
    virtual Result<FinalizedBlock> finalize_block(const DecidedBlock& block) = 0;

    /// Returns only when the last finalized block is durable.
    virtual Result<void> commit() = 0;
};

class Engine {
  public:
    virtual ~Engine() = default;

    /// Runs until stop(). `app` must outlive the call.
    virtual Result<void> run(Application& app) = 0;

    // Any thread may call these two.
    virtual Verdict submit(Bytes tx) = 0;  // reject: the queue is full, or the engine stopped
    virtual void stop() = 0;
    /// The clock is not to be believed: the engine decides nothing more until it is started again.
    virtual bool clock_fails() { return false; }
};

}  // namespace ropenet::ordering
