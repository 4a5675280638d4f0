#include "ledger/history.hpp"

#include <algorithm>

#include "ledger/row_reader.hpp"
#include "merkle/tiles.hpp"
#include "storage/crc32c.hpp"

namespace ropenet::ledger {
namespace {

Unexpected<Error> damaged(std::string what) {
    return fail(ErrorCode::corrupt, std::move(what) + "; run `ropenet node repair`");
}

/// An unreadable tile counts as missing: whoever needs it then names the damage.
merkle::ReadTile tiles_of(const storage::TileStore& tiles) {
    return [&tiles](const std::string& path) {
        auto file = tiles.read(path);
        return file ? *std::move(file) : std::nullopt;
    };
}

}  // namespace

std::shared_ptr<const Block> BlockCache::find(std::uint64_t height) const {
    const MutexLock lock{mutex_};
    const auto it =
        std::ranges::find_if(blocks_, [&](const auto& block) { return block->height == height; });
    return it == blocks_.end() ? nullptr : *it;
}

void BlockCache::keep(std::shared_ptr<const Block> block) {
    const MutexLock lock{mutex_};
    blocks_.push_front(std::move(block));
    if (blocks_.size() > kBlocksMax) blocks_.pop_back();
}

void History::publish(const HeightSummary& at, const merkle::StateTree& tree) {
    auto newest = std::make_shared<const TreeAt>(store_, tree, at);
    auto view = std::make_shared<const ReadView>(store_, at, std::move(newest), past_trees_);
    const MutexLock lock{mutex_};
    latest_ = std::move(view);
}

ReadViewPtr History::latest() const {
    const MutexLock lock{mutex_};
    return latest_;
}

Result<Expected<ReadViewPtr, PastError>> History::at(std::uint64_t height) const {
    const ReadViewPtr newest = latest();
    using Answer = Expected<ReadViewPtr, PastError>;
    if (height > newest->height()) return Answer{Unexpected{PastError::in_the_future}};
    if (height == newest->height()) return Answer{newest};
    if (height < store_.floor()) return Answer{Unexpected{PastError::gone}};
    ROPE_TRY(const auto summary, store_.summary_of(height));
    if (!summary) return Answer{Unexpected{PastError::gone}};
    return Answer{
        std::make_shared<const ReadView>(store_, *summary, newest->newest(), past_trees_)};
}

Result<std::optional<TxPosition>> History::find_tx(const Hash32& tx_id) const {
    ROPE_TRY(const auto index, store_.index_of(tx_id));
    if (!index) return std::optional<TxPosition>{};
    ROPE_TRY(const auto row, store_.row_at(*index));
    if (!row) return damaged("transaction row " + std::to_string(*index) + " is missing");
    return std::optional{TxPosition{.height = row->height, .index = *index}};
}

Result<std::shared_ptr<const Block>> History::cached_block(std::uint64_t height) const {
    if (auto block = cache_.find(height)) return block;
    ROPE_TRY(const Bytes bytes, blocks_.read(height));
    auto decoded = decode_block(bytes);
    if (!decoded) return damaged("block " + std::to_string(height) + " does not decode");
    auto block = std::make_shared<const Block>(*std::move(decoded));
    cache_.keep(block);
    return block;
}

Result<std::optional<TxEntry>> History::tx_at(std::uint64_t index) const {
    ROPE_TRY(auto row, store_.row_at(index));
    if (!row) return std::optional<TxEntry>{};
    ROPE_TRY(Bytes bytes, blocks_.read_part(row->height, row->offset, row->size));
    const std::string where = "transaction " + std::to_string(index);
    if (storage::crc32c(bytes) != row->crc) {
        return damaged(where + " of block " + std::to_string(row->height) + " is damaged");
    }
    auto tx = decode_transaction(std::move(bytes));
    auto outcome = decode_outcome(row->outcome);
    if (!tx || !outcome) return damaged(where + " does not decode");
    return std::optional{TxEntry{.at = {.height = row->height, .index = index},
                                 .time_ms = row->time_ms,
                                 .tx = *std::move(tx),
                                 .outcome = *std::move(outcome)}};
}

Result<std::vector<TxSummary>> History::summaries_of(std::span<const std::uint64_t> indexes) const {
    std::vector<TxSummary> out;
    out.reserve(indexes.size());
    RowReader rows{store_};
    for (const std::uint64_t index : indexes) {
        ROPE_TRY(auto row, rows.at(index));
        auto outcome = row ? decode_outcome(row->outcome) : Unexpected{OutcomeError::malformed};
        if (!outcome) return damaged("transaction row " + std::to_string(index) + " is missing");
        out.push_back({.at = {.height = row->height, .index = index},
                       .time_ms = row->time_ms,
                       .tx_id = row->tx_id,
                       .account = row->account,
                       .contract = std::move(row->contract),
                       .action = std::move(row->action),
                       .outcome = *std::move(outcome)});
    }
    return out;
}

Result<std::optional<Bytes>> History::record_at(std::uint64_t index) const {
    if (index >= latest()->log_size()) return std::optional<Bytes>{};
    ROPE_TRY(auto untiled, store_.untiled_record(index));
    if (untiled) return untiled;
    // The store drops a leaf only after the tiles that hold it are installed.
    const std::uint64_t size = tiled();
    if (index >= size) return damaged("record " + std::to_string(index) + " is missing");
    auto record = merkle::entry_at(index, size, tiles_of(tiles_));
    if (!record) return damaged("record " + std::to_string(index) + " is missing from the tiles");
    // The entries carry no checksum of their own; their hashes stand in other tiles.
    const merkle::TileReader hashes{size, tiles_of(tiles_)};
    const auto hash = hashes.find_node(0, index);
    if (!hash || *hash != merkle::leaf_hash(*record)) {
        return damaged("record " + std::to_string(index) +
                       " is not what its hash in the tiles says");
    }
    return std::optional{*std::move(record)};
}

Result<std::optional<Block>> History::block_at(std::uint64_t height) const {
    if (height == 0 || height > latest()->height()) return std::optional<Block>{};
    ROPE_TRY(const auto block, cached_block(height));
    return std::optional{*block};
}

Result<std::optional<HeightSummary>> History::summary_of(std::uint64_t height) const {
    if (height > latest()->height()) return std::optional<HeightSummary>{};
    return store_.summary_of(height);
}

Result<std::vector<Hash32>> History::inclusion(std::uint64_t index, std::uint64_t size) const {
    const merkle::TileReader hashes{size, tiles_of(tiles_)};
    auto proof = merkle::inclusion_proof(hashes, index, size);
    if (!proof) return damaged("no proof of record " + std::to_string(index) + " from the tiles");
    return *std::move(proof);
}

Result<std::vector<Hash32>> History::consistency(std::uint64_t old_size, std::uint64_t size) const {
    const merkle::TileReader hashes{size, tiles_of(tiles_)};
    auto proof = merkle::consistency_proof(hashes, old_size, size);
    if (!proof) return damaged("no consistency proof from the tiles");
    return *std::move(proof);
}

Result<std::vector<Hash32>> History::subtrees(std::uint64_t size) const {
    const merkle::TileReader hashes{tiled(), tiles_of(tiles_)};
    const auto frontier = merkle::frontier_at(hashes, size);
    if (!frontier) return damaged("no subtrees from the tiles");
    return frontier->roots();
}

Result<std::optional<Bytes>> History::log_file(std::string_view path) const {
    if (!storage::is_log_path(path)) return std::optional<Bytes>{};
    return tiles_.read(std::string{path});
}

Result<std::vector<std::pair<AccountId, std::int64_t>>> History::refusals_since(
    std::int64_t since_ms) const {
    std::vector<std::pair<AccountId, std::int64_t>> out;
    const ReadViewPtr view = latest();
    TxQuery query{.filter = {.code = OutcomeCode::refused, .from_ms = since_ms}, .limit = 100};
    while (true) {
        ROPE_TRY(const Page page, list_txs(*view, query));
        for (const std::uint64_t index : page.indexes) {
            ROPE_TRY(const auto row, store_.row_at(index));
            if (row) out.emplace_back(row->account, row->time_ms);
        }
        if (!page.next) return out;
        query.after = page.next;
    }
}

}  // namespace ropenet::ledger
