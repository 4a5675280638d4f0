// The ledger (ledger.hpp) over real stores: the one writer of a rope.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ledger/block_batch.hpp"
#include "ledger/head_state.hpp"
#include "ledger/history.hpp"
#include "ledger/ledger.hpp"
#include "ledger/store.hpp"
#include "storage/block_log.hpp"
#include "storage/tile_store.hpp"

namespace ropenet::ledger {

/// Records that are read and hashed together for their tiles: a multiple of a tile's.
inline constexpr std::uint64_t kTiledAtOnce = 4'096;

class Chain final : public Ledger {
  public:
    static Result<std::unique_ptr<Chain>> open(const LedgerConfig& config,
                                               storage::FileSystem& files,
                                               storage::KvEnvironment& kv, Log& log);

    Result<std::span<const execution::TxResult>> finalize(
        std::uint64_t height, std::int64_t time_ms,
        std::span<const execution::CheckedTx> txs) override;
    Result<void> commit() override;
    void add_listener(CommitListener& listener) override { listeners_.push_back(&listener); }
    Result<void> flush() override;
    const Reader& reader() const override { return *history_; }
    Result<void> install_checkpoint(std::uint64_t size, const std::string& note) override;

  private:
    struct Parts {
        Genesis genesis;
        std::unique_ptr<Store> store;
        std::unique_ptr<storage::BlockLog> blocks;
        std::unique_ptr<storage::TileStore> tiles;
    };

    Chain(Parts parts, const LedgerConfig& config, Log& log);

    static Result<Parts> open_parts(const LedgerConfig& config, storage::FileSystem& files,
                                    storage::KvEnvironment& kv);
    Result<void> recover(std::uint64_t signed_size);
    Result<void> write_genesis(const Bytes& genesis_bytes);
    Result<void> check_genesis() const;
    Result<void> replay(std::uint64_t height, BytesView bytes);
    Result<void> refill_ids();
    Result<void> find_tiled_size();
    Result<Finalized> execute(std::uint64_t height, std::int64_t time_ms,
                              std::span<const execution::CheckedTx> txs) const;
    Result<void> make_current(Finalized& block);
    Result<void> add_pruning(storage::KvBatch& batch, const HeightSummary& at);
    Result<void> put_checkpoint(std::uint64_t size, const std::string& note);
    Result<void> write_tiles(std::uint64_t from, std::uint64_t to, bool is_last,
                             std::map<std::string, Bytes>& unfinished);
    Result<void> die(const Error& error);

    Log& log_;
    const std::string origin_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<storage::BlockLog> blocks_;
    std::unique_ptr<storage::TileStore> tiles_;
    std::unique_ptr<History> history_;
    HeadState head_;
    std::vector<CommitListener*> listeners_;

    // The ledger thread's.
    HeightSummary at_;
    merkle::Frontier frontier_;
    std::optional<Finalized> finalized_;
    std::uint64_t records_dropped_ = 0;  // leaves below this are no longer in the store
    std::atomic<bool> dead_{false};
};

}  // namespace ropenet::ledger
