#include "ledger/chain.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "ledger/chunks.hpp"
#include "merkle/tiles.hpp"
#include "storage/crc32c.hpp"
#include "types/limits.hpp"

namespace ropenet::ledger {
namespace {

constexpr std::size_t kPrunedPerBlock = 64;  // chunks of changed keys

bool is_full(const std::string& tile_path) {
    const auto tile = merkle::tile_from_path(tile_path);
    return tile && tile->width == merkle::kTileWidth;
}

/// Whether a log of `size` leaves has this partial tile, and not a wider one in its place.
bool belongs_to(const std::string& tile_path, std::uint64_t size) {
    const auto tile = merkle::tile_from_path(tile_path);
    if (!tile) return false;
    const std::uint64_t hashes = size >> (merkle::kTileHeight * tile->level);
    return hashes == tile->index * merkle::kTileWidth + tile->width;
}

std::vector<CommittedTx> committed_txs(std::span<const execution::CheckedTx> txs,
                                       const std::vector<execution::TxResult>& results) {
    std::vector<CommittedTx> out;
    out.reserve(txs.size());
    for (std::size_t i = 0; i < txs.size(); ++i) {
        if (!txs[i]) continue;
        out.push_back({.tx_id = txs[i]->tx_id, .account = txs[i]->account, .result = &results[i]});
    }
    return out;
}

/// What the block log keeps of a block: the transactions that got a record.
Block block_of(Finalized& out, std::span<const execution::CheckedTx> txs) {
    Block block{.height = out.at.height,
                .time_ms = out.at.time_ms,
                .txs = {},
                .state_root = out.at.state_root,
                .log_size = out.at.log_size,
                .log_root = out.at.log_root};
    for (std::size_t i = 0; i < txs.size(); ++i) {
        const auto* recorded = std::get_if<execution::Recorded>(&out.result.txs[i]);
        if (recorded == nullptr) continue;
        const Transaction& tx = *txs[i];
        out.rows.push_back({.height = out.at.height,
                            .time_ms = out.at.time_ms,
                            .tx_id = tx.tx_id,
                            .size = static_cast<std::uint32_t>(tx.encoded.size()),
                            .crc = storage::crc32c(tx.encoded),
                            .account = tx.account,
                            .contract = tx.contract,
                            .action = tx.action,
                            .outcome = recorded->encoded});
        out.expiries.push_back({.tx_id = tx.tx_id, .expires_at_ms = tx.expires_at_ms});
        block.txs.push_back(tx.encoded);
    }
    const auto offsets = tx_offsets_of(block);
    for (std::size_t i = 0; i < offsets.size(); ++i)
        out.rows[i].offset = offsets[i];
    return block;
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerConfig& config, storage::FileSystem& files,
                                             storage::KvEnvironment& kv, Log& log) {
    ROPE_TRY(auto chain, Chain::open(config, files, kv, log));
    return std::unique_ptr<Ledger>{std::move(chain)};
}

Result<Finalized> Chain::execute(std::uint64_t height, std::int64_t time_ms,
                                 std::span<const execution::CheckedTx> txs) const {
    Finalized out;
    out.before = at_;
    ROPE_TRY(out.result, execution::execute_block(head_, history_->recorded_ids(),
                                                  {.origin = origin_,
                                                   .height = height,
                                                   .time_ms = time_ms,
                                                   .log_size = at_.log_size,
                                                   .txs = txs}));
    out.frontier = frontier_;
    for (const Bytes& record : out.result.records) {
        out.frontier.append(merkle::leaf_hash(record));
    }
    out.at = {.height = height,
              .time_ms = time_ms,
              .state_version = out.result.diff.empty() ? at_.state_version : height,
              .log_size = out.frontier.size(),
              .state_root = out.result.records.empty() ? at_.state_root : out.result.tree.root(),
              .log_root = out.frontier.root()};
    out.txs = committed_txs(txs, out.result.txs);
    out.block = encode_block(block_of(out, txs));
    return out;
}

Result<std::span<const execution::TxResult>> Chain::finalize(
    std::uint64_t height, std::int64_t time_ms, std::span<const execution::CheckedTx> txs) {
    if (dead_) return fail(ErrorCode::io, "the ledger stopped after a storage error");
    ROPE_CHECK(height == at_.height + 1);
    ROPE_CHECK(time_ms > at_.time_ms);
    auto executed = execute(height, time_ms, txs);
    if (!executed) {
        ROPE_DO(die(executed.error()));
    }
    finalized_ = *std::move(executed);
    return std::span<const execution::TxResult>{finalized_->result.txs};
}

Result<void> Chain::commit() {
    if (dead_) return fail(ErrorCode::io, "the ledger stopped after a storage error");
    ROPE_CHECK(finalized_.has_value());
    Finalized block = *std::move(finalized_);
    finalized_.reset();
    const auto durable = blocks_->append_durably(block.at.height, block.block);
    if (!durable) return die(durable.error());
    const auto current = make_current(block);
    if (!current) return die(current.error());
    const CommittedBlock committed{.at = block.at, .txs = block.txs};
    for (CommitListener* listener : listeners_)
        listener->on_commit(committed);
    return {};
}

Result<void> Chain::make_current(Finalized& block) {
    ROPE_TRY(storage::KvBatch batch, batch_of(head_, block));
    ROPE_DO(add_pruning(batch, block.at));
    ROPE_DO(store_->write(batch));
    at_ = block.at;
    frontier_ = std::move(block.frontier);
    head_.advance(at_, block.result.diff, block.result.tree);
    IdWindow& ids = history_->ids();
    ids.forget_before(at_.time_ms);
    for (const auto& [id, expires_at_ms] : block.expiries)
        ids.insert(id, expires_at_ms);
    history_->publish(at_, head_.tree());
    return {};
}

Result<void> Chain::add_pruning(storage::KvBatch& batch, const HeightSummary& at) {
    // Both limits must be passed before a height is given up.
    std::uint64_t floor = store_->floor();
    while (floor + kHistoryHeights < at.height) {
        ROPE_TRY(const auto next, store_->summary_of(floor + 1));
        if (!next || next->time_ms + kHistoryMs >= at.time_ms) break;
        ++floor;
    }
    if (floor != store_->floor()) store_->raise_floor(floor, batch);
    // More than a block adds, or what is past would only grow.
    const std::size_t chunks = kPrunedPerBlock + 2 * batch.count() / kChunkItemsMax;
    const auto drop = [&batch](BytesView key, BytesView changed) {
        // Read from disk: what is of another form is passed over.
        const std::size_t count = key.size() < 8 ? 0 : item_count(changed).value_or(0);
        for (std::size_t i = 0; i < count; ++i) {
            const auto item = item_at(changed, i);
            if (!item || item->empty() || (*item)[0] == 0) continue;
            batch.del(id_of(Column::past), past_key(item->subspan(1), be64_from(key.first<8>())));
        }
        batch.del(id_of(Column::changed), key);
        return storage::Go::on;
    };
    ROPE_TRY([[maybe_unused]] const std::size_t visited,
             store_->kv().scan({.column = id_of(Column::changed),
                                .from = {},
                                .to = be64_key(floor + 1),
                                .order = storage::Order::ascending,
                                .limit = chunks},
                               drop));
    const std::uint64_t tiled = history_->tiled();
    if (tiled > records_dropped_) {
        batch.del_range(id_of(Column::records), be64_key(records_dropped_), be64_key(tiled));
        records_dropped_ = tiled;
    }
    return {};
}

/// Writes the tiles of leaves [from, to). Partial ones of a size that gets no checkpoint do not
/// reach the folder: the next step reads them from `unfinished`.
Result<void> Chain::write_tiles(std::uint64_t from, std::uint64_t to, bool is_last,
                                std::map<std::string, Bytes>& unfinished) {
    ROPE_TRY(const auto records, store_->untiled_records(from, to));
    std::vector<Hash32> leaves;
    leaves.reserve(records.size());
    for (const Bytes& record : records)
        leaves.push_back(merkle::leaf_hash(record));

    const merkle::ReadTile read = [&](const std::string& path) {
        const auto kept = unfinished.find(path);
        if (kept != unfinished.end()) return std::optional{kept->second};
        auto file = tiles_->read(path);
        return file ? *std::move(file) : std::nullopt;
    };
    const merkle::TileReader existing{from, read};
    auto tiles = merkle::new_tiles(from, leaves, existing);
    auto bundles = merkle::new_bundles(from, records, read);
    if (!tiles || !bundles) {
        return fail(ErrorCode::corrupt, "the log's tiles are damaged; run `ropenet node repair`");
    }
    std::vector<storage::TileFile> files;
    // A tile that these leaves have not changed is not made again.
    std::erase_if(unfinished, [to](const auto& tile) { return !belongs_to(tile.first, to); });
    for (auto& [path, bytes] : unfinished) {
        if (is_last) files.push_back({.path = path, .bytes = bytes});
    }
    for (auto* made : {&*tiles, &*bundles}) {
        for (auto& tile : *made) {
            if (is_last || is_full(tile.path)) {
                files.push_back({.path = std::move(tile.path), .bytes = std::move(tile.bytes)});
            } else {
                unfinished.insert_or_assign(std::move(tile.path), std::move(tile.bytes));
            }
        }
    }
    return tiles_->write_tiles(files);
}

Result<void> Chain::flush() {
    if (dead_) return fail(ErrorCode::io, "the ledger stopped after a storage error");
    const auto flushed = store_->flush();
    return flushed ? flushed : die(flushed.error());
}

Result<void> Chain::install_checkpoint(std::uint64_t size, const std::string& note) {
    if (dead_) return fail(ErrorCode::io, "the ledger stopped after a storage error");
    const auto installed = put_checkpoint(size, note);
    return installed ? installed : die(installed.error());
}

Result<void> Chain::put_checkpoint(std::uint64_t size, const std::string& note) {
    const std::uint64_t old_size = history_->tiled();
    ROPE_CHECK(size >= old_size && size <= history_->latest()->log_size());
    // In steps: after a repair or a load all of a log may be without tiles.
    std::map<std::string, Bytes> unfinished;
    for (std::uint64_t from = old_size; from < size;) {
        const std::uint64_t to = std::min(size, from - from % kTiledAtOnce + kTiledAtOnce);
        ROPE_DO(write_tiles(from, to, to == size, unfinished));
        from = to;
    }
    ROPE_DO(tiles_->install_checkpoint(note));
    history_->set_tiled(size);
    return {};
}

Result<void> Chain::die(const Error& error) {
    dead_ = true;
    log_.write(LogLevel::error, "ledger", error.what);
    return Unexpected{error};
}

}  // namespace ropenet::ledger
