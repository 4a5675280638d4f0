// The ledger's answers about the past (reader.hpp), out of block log, store and tiles.
//
// Threads: any, beside the ledger thread that publishes new views and the one that installs
// checkpoints.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>

#include "concurrency/mutex.hpp"
#include "ledger/id_window.hpp"
#include "ledger/reader.hpp"
#include "ledger/store.hpp"
#include "storage/block_log.hpp"
#include "storage/tile_store.hpp"

namespace ropenet::ledger {

/// The last few blocks that readers asked for, decoded.
class BlockCache {
  public:
    std::shared_ptr<const Block> find(std::uint64_t height) const ROPE_EXCLUDES(mutex_);
    void keep(std::shared_ptr<const Block> block) ROPE_EXCLUDES(mutex_);

  private:
    static constexpr std::size_t kBlocksMax = 8;
    mutable Mutex mutex_;
    std::deque<std::shared_ptr<const Block>> blocks_ ROPE_GUARDED_BY(mutex_);
};

class History final : public Reader {
  public:
    /// The stores must outlive the history.
    History(Genesis genesis, Bytes genesis_bytes, const Store& store,
            const storage::BlockLog& blocks, const storage::TileStore& tiles)
        : genesis_{std::move(genesis)},
          genesis_bytes_{std::move(genesis_bytes)},
          store_{store},
          blocks_{blocks},
          tiles_{tiles} {}

    const std::string& origin() const override { return genesis_.origin; }
    const Genesis& genesis() const override { return genesis_; }
    const Bytes& genesis_bytes() const override { return genesis_bytes_; }
    const execution::RecordedIds& recorded_ids() const override { return ids_; }
    std::size_t recorded_id_count() const override { return ids_.size(); }

    ReadViewPtr latest() const override ROPE_EXCLUDES(mutex_);
    Result<Expected<ReadViewPtr, PastError>> at(std::uint64_t height) const override;
    Result<std::optional<TxPosition>> find_tx(const Hash32& tx_id) const override;
    Result<std::optional<TxEntry>> tx_at(std::uint64_t index) const override;
    Result<std::vector<TxSummary>> summaries_of(
        std::span<const std::uint64_t> indexes) const override;
    Result<std::optional<Bytes>> record_at(std::uint64_t index) const override;
    Result<std::optional<Block>> block_at(std::uint64_t height) const override;
    Result<std::optional<HeightSummary>> summary_of(std::uint64_t height) const override;
    Result<Page> list_txs(const ReadView& view, const TxQuery& query) const override;
    Result<EntryPage> list_entries(const ReadView& view, const EntryQuery& query) const override;
    Result<std::vector<Hash32>> inclusion(std::uint64_t index, std::uint64_t size) const override;
    Result<std::vector<Hash32>> consistency(std::uint64_t old_size,
                                            std::uint64_t size) const override;
    Result<std::vector<Hash32>> subtrees(std::uint64_t size) const override;
    Result<std::optional<Bytes>> log_file(std::string_view path) const override;
    Result<std::vector<std::pair<AccountId, std::int64_t>>> refusals_since(
        std::int64_t since_ms) const override;

    // For the ledger.
    IdWindow& ids() { return ids_; }
    /// The store now stands at that height.
    void publish(const HeightSummary& at, const merkle::StateTree& tree) ROPE_EXCLUDES(mutex_);
    void set_tiled(std::uint64_t size) { tiled_.store(size, std::memory_order_release); }
    std::uint64_t tiled() const { return tiled_.load(std::memory_order_acquire); }

  private:
    struct IndexRange {
        std::uint64_t from = 0;
        std::uint64_t to = 0;  // excluded
    };

    Result<std::shared_ptr<const Block>> cached_block(std::uint64_t height) const;
    Result<IndexRange> range_of(const ReadView& view, const TxQuery& query) const;
    /// The log size before the first height whose block time is >= time_ms.
    Result<std::uint64_t> first_index_at(const ReadView& view, std::int64_t time_ms) const;
    Result<EntryPage> entries_of_content(const ReadView& view, const EntryQuery& query) const;

    const Genesis genesis_;
    const Bytes genesis_bytes_;
    const Store& store_;
    const storage::BlockLog& blocks_;
    const storage::TileStore& tiles_;
    IdWindow ids_;
    mutable BlockCache cache_;
    mutable PastTrees past_trees_;
    std::atomic<std::uint64_t> tiled_{0};  // leaves that the installed checkpoint's tiles hold
    mutable Mutex mutex_;
    ReadViewPtr latest_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::ledger
