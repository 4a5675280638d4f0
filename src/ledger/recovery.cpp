// Opening a rope: from its folder to a ledger at the last durable height.
//
// The store may lag behind the block log by what was not flushed; those blocks are executed again
// and must lead where they led before. Signatures are not checked again: the block log holds what
// this node checked, under a checksum.
#include "crypto/hash.hpp"
#include "ledger/chain.hpp"
#include "types/checkpoint.hpp"
#include "types/limits.hpp"
#include "types/note.hpp"

namespace ropenet::ledger {
namespace {

using storage::join_path;

Unexpected<Error> damaged(std::string what) {
    return fail(ErrorCode::corrupt, std::move(what) + "; run `ropenet node repair`");
}

std::vector<execution::CheckedTx> checked_before(const Block& block) {
    std::vector<execution::CheckedTx> out;
    out.reserve(block.txs.size());
    for (const Bytes& tx : block.txs)
        out.push_back(decode_transaction(tx));
    return out;
}

}  // namespace

Chain::Chain(Parts parts, const LedgerConfig& config, Log& log)
    : log_{log},
      origin_{parts.genesis.origin},
      store_{std::move(parts.store)},
      blocks_{std::move(parts.blocks)},
      tiles_{std::move(parts.tiles)},
      history_{std::make_unique<History>(std::move(parts.genesis), config.genesis, *store_,
                                         *blocks_, *tiles_)},
      head_{*store_, config.leaves_in_memory} {}

Result<Chain::Parts> Chain::open_parts(const LedgerConfig& config, storage::FileSystem& files,
                                       storage::KvEnvironment& kv) {
    auto genesis = decode_genesis(config.genesis);
    if (!genesis) {
        return fail(ErrorCode::config, "genesis.cbor: " + std::string{name_of(genesis.error())});
    }
    ROPE_DO(files.create_dirs(config.folder));
    ROPE_TRY(auto store, Store::open(kv, join_path(config.folder, "state")));
    ROPE_TRY(const auto last, store->last());
    ROPE_TRY(auto blocks, storage::BlockLog::open(files, join_path(config.folder, "blocks"),
                                                  last ? last->at.height : 0));
    ROPE_TRY(auto tiles, storage::TileStore::open(files, join_path(config.folder, "log")));
    return Parts{.genesis = *std::move(genesis),
                 .store = std::move(store),
                 .blocks = std::move(blocks),
                 .tiles = std::move(tiles)};
}

Result<std::unique_ptr<Chain>> Chain::open(const LedgerConfig& config, storage::FileSystem& files,
                                           storage::KvEnvironment& kv, Log& log) {
    ROPE_TRY(Parts parts, open_parts(config, files, kv));
    std::unique_ptr<Chain> chain{new Chain{std::move(parts), config, log}};
    ROPE_TRY(const auto last, chain->store_->last());
    if (last) {
        chain->at_ = last->at;
        chain->frontier_ = last->frontier;
        ROPE_DO(chain->head_.load(last->at));
        chain->history_->publish(last->at, chain->head_.tree());
    } else {
        ROPE_DO(chain->write_genesis(config.genesis));
    }
    // The tiles first: the oldest records are read from them.
    ROPE_DO(chain->find_tiled_size());
    ROPE_DO(chain->recover(config.signed_size));
    return chain;
}

Result<void> Chain::write_genesis(const Bytes& genesis_bytes) {
    const Genesis& genesis = history_->genesis();
    Finalized first;
    ROPE_TRY(first.result,
             execution::execute_genesis(head_, genesis, crypto::sha256(genesis_bytes)));
    for (const Bytes& record : first.result.records) {
        first.frontier.append(merkle::leaf_hash(record));
    }
    first.at = {.height = 0,
                .time_ms = genesis.time_ms,
                .state_version = 0,
                .log_size = first.frontier.size(),
                .state_root = first.result.tree.root(),
                .log_root = first.frontier.root()};
    ROPE_TRY(const storage::KvBatch batch, batch_of(head_, first));
    ROPE_DO(store_->write(batch));
    ROPE_DO(store_->flush());
    at_ = first.at;
    frontier_ = first.frontier;
    head_.advance(at_, first.result.diff, first.result.tree);
    history_->publish(at_, head_.tree());
    return {};
}

Result<void> Chain::recover(std::uint64_t signed_size) {
    if (blocks_->last_height() < at_.height) {
        return damaged("the block log ends at height " + std::to_string(blocks_->last_height()) +
                       ", the state at " + std::to_string(at_.height));
    }
    if (const auto& cut = blocks_->cut_off()) {
        log_.write(LogLevel::warning, "ledger",
                   cut->file + ": removed " + std::to_string(cut->bytes) +
                       " bytes of a block that was never acknowledged");
    }
    ROPE_DO(check_genesis());
    // Ids first: a replayed block must find the same window as when it was new.
    ROPE_DO(refill_ids());
    ROPE_DO(blocks_->for_each(at_.height + 1, [this](std::uint64_t height, BytesView bytes) {
        return replay(height, bytes);
    }));
    if (at_.log_size < history_->tiled()) {
        return damaged("log/checkpoint covers more records than the block log leads to");
    }
    if (at_.log_size < signed_size) {
        return damaged("this node signed a log of " + std::to_string(signed_size) +
                       " records, the block log leads to " + std::to_string(at_.log_size));
    }
    return {};
}

/// The folder's genesis.cbor must be the one that this ledger began with.
Result<void> Chain::check_genesis() const {
    ROPE_TRY(const auto leaf, history_->record_at(0));
    const auto record = decode_record(leaf ? BytesView{*leaf} : BytesView{});
    const auto* first = record ? std::get_if<BlockRecord>(&record->body) : nullptr;
    if (first == nullptr) return damaged("the first record is not readable");
    if (first->genesis_digest == crypto::sha256(history_->genesis_bytes())) return {};
    return fail(ErrorCode::config, "genesis.cbor is not the genesis that this ledger began with");
}

Result<void> Chain::replay(std::uint64_t height, BytesView bytes) {
    const auto block = decode_block(bytes);
    const std::string where = "block " + std::to_string(height);
    if (!block || block->height != height) return damaged(where + " does not decode");
    if (block->time_ms <= at_.time_ms) return damaged(where + " goes back in time");
    ROPE_TRY(Finalized again, execute(height, block->time_ms, checked_before(*block)));
    if (again.at.state_root != block->state_root || again.at.log_root != block->log_root ||
        again.at.log_size != block->log_size) {
        return damaged(where + " leads to another result than when it was executed");
    }
    return make_current(again);
}

Result<void> Chain::refill_ids() {
    const std::int64_t since_ms = at_.time_ms - kTxLifetimeMsMax;
    for (std::uint64_t height = at_.height; height > 0; --height) {
        ROPE_TRY(const Bytes bytes, blocks_->read(height));
        const auto block = decode_block(bytes);
        if (!block) return damaged("block " + std::to_string(height) + " does not decode");
        if (block->time_ms < since_ms) return {};
        for (const Bytes& encoded : block->txs) {
            const auto tx = decode_transaction(encoded);
            if (!tx) return damaged("block " + std::to_string(height) + " does not decode");
            history_->ids().insert(tx->tx_id, tx->expires_at_ms);
        }
    }
    return {};
}

Result<void> Chain::find_tiled_size() {
    ROPE_TRY(const auto bytes, tiles_->read("checkpoint"));
    if (!bytes) return {};
    const auto note = note_from_text(text_of(*bytes));
    if (!note) return damaged("log/checkpoint is not a signed note");
    const auto checkpoint = checkpoint_from_text(note->text);
    if (!checkpoint || checkpoint->origin != origin_) {
        return damaged("log/checkpoint is not a checkpoint of " + origin_);
    }
    history_->set_tiled(checkpoint->size);
    return {};
}

}  // namespace ropenet::ledger
