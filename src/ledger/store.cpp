#include "ledger/store.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "ledger/chunks.hpp"

namespace ropenet::ledger {
namespace {

Unexpected<Error> damaged(std::string_view what) {
    return fail(ErrorCode::corrupt, "state store: " + std::string{what} +
                                        " is not readable; run `ropenet node repair`");
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(storage::KvEnvironment& environment,
                                           const std::string& folder) {
    const std::vector<std::string> columns(std::begin(kColumnNames), std::end(kColumnNames));
    ROPE_TRY(auto kv, storage::Kv::open(environment, folder, columns));
    std::unique_ptr<Store> store{new Store{std::move(kv)}};
    ROPE_TRY(const auto floor, store->get(Column::meta, view_of("floor")));
    if (floor && floor->size() == 8) store->floor_ = be64_of(*floor);
    return store;
}

void Store::raise_floor(std::uint64_t height, storage::KvBatch& batch) {
    batch.put(id_of(Column::meta), view_of("floor"), be64_key(height));
    floor_.store(height, std::memory_order_release);
}

Result<std::optional<Store::Last>> Store::last() const {
    ROPE_TRY(const auto summary_bytes, get(Column::meta, view_of("last")));
    ROPE_TRY(const auto frontier_bytes, get(Column::meta, view_of("frontier")));
    if (!summary_bytes || !frontier_bytes) return std::optional<Last>{};
    const auto summary = decode_summary(*summary_bytes);
    auto frontier = merkle::Frontier::decode(*frontier_bytes);
    if (!summary || !frontier) return damaged("the last height");
    return std::optional{Last{.at = *summary, .frontier = *std::move(frontier)}};
}

Result<std::optional<Store::Newest>> Store::newest_value(BytesView full_key) const {
    ROPE_TRY(const auto bytes, get(Column::values, full_key));
    if (!bytes) return std::optional<Newest>{};
    if (bytes->size() < 9) return damaged("a state value");
    const BytesView view{*bytes};
    auto value = value_of_versioned(view.subspan(8));
    if (!value) return damaged("a state value");
    return std::optional{Newest{.height = be64_from(view.first<8>()), .value = *std::move(value)}};
}

Result<std::optional<Bytes>> Store::value_at(BytesView full_key, std::uint64_t height) const {
    ROPE_TRY(auto newest, newest_value(full_key));
    if (!newest) return std::optional<Bytes>{};
    if (newest->height <= height) return std::move(newest->value);
    // Written after the view: what the first later write replaced is what the view had.
    auto past = past_value(full_key, height);
    // Pruning may have passed this height while we read.
    if (height < floor())
        return fail(ErrorCode::busy, "height " + std::to_string(height) + " is gone");
    return past;
}

Result<std::optional<Bytes>> Store::past_value(BytesView full_key, std::uint64_t height) const {
    auto cursor = kv_->cursor(id_of(Column::past));
    cursor.seek(past_key(full_key, height + 1));
    if (!cursor.valid()) {
        ROPE_DO(cursor.status());
        return std::optional<Bytes>{};
    }
    if (!is_past_key_of(cursor.key(), full_key)) return std::optional<Bytes>{};
    const BytesView row = cursor.value();
    auto value = row.size() < 9 ? std::nullopt : value_of_versioned(row.subspan(8));
    if (!value) return damaged("a past state value");
    // What was replaced may have been written later than the view: then it had none.
    if (be64_from(row.first<8>()) > height) return std::optional<Bytes>{};
    return *std::move(value);
}

Result<std::optional<merkle::TreeLeaf>> Store::leaf_at(const Hash32& position,
                                                       const storage::KvSnapshot* at) const {
    ROPE_TRY(const auto bytes, kv_->get(id_of(Column::leaves), position, at));
    if (!bytes) return std::optional<merkle::TreeLeaf>{};
    const auto leaf = decode_leaf(*bytes);
    if (!leaf) return damaged("a leaf of the state tree");
    return leaf;
}

Result<std::vector<merkle::PlacedLeaf>> Store::leaves_at(const Hash32& prefix, unsigned depth,
                                                         const storage::KvSnapshot* at) const {
    const PositionRange range = positions_below(prefix, depth);
    // `to` is excluded, and nothing sorts between a position and itself with a byte more.
    Bytes to = to_bytes(range.last);
    to.push_back(0);
    std::vector<merkle::PlacedLeaf> out;
    bool readable = true;
    const auto visit = [&](BytesView key, BytesView value) {
        const auto position = hash32_from(key);
        const auto leaf = decode_leaf(value);
        readable = position && leaf;
        if (!readable) return storage::Go::stop;
        out.push_back({.position = *position, .leaf = *leaf});
        return storage::Go::on;
    };
    ROPE_TRY(
        [[maybe_unused]] const std::size_t visited,
        kv_->scan({.column = id_of(Column::leaves), .from = range.first, .to = to}, visit, at));
    if (!readable) return damaged("a leaf of the state tree");
    return out;
}

Result<void> Store::changed_after(std::uint64_t after, std::uint64_t to, const VisitChanged& visit,
                                  const storage::KvSnapshot& at) const {
    bool readable = true;
    const auto visit_chunk = [&](BytesView, BytesView chunk) {
        const auto count = item_count(chunk);
        readable = count.has_value();
        for (std::size_t i = 0; readable && i < *count; ++i) {
            const auto item = item_at(chunk, i);
            readable = item && !item->empty();
            if (readable && visit(item->subspan(1), (*item)[0] != 0) == storage::Go::stop) {
                return storage::Go::stop;
            }
        }
        return readable ? storage::Go::on : storage::Go::stop;
    };
    ROPE_TRY(
        [[maybe_unused]] const std::size_t visited,
        kv_->scan(
            {.column = id_of(Column::changed), .from = be64_key(after + 1), .to = be64_key(to + 1)},
            visit_chunk, &at));
    if (!readable) return damaged("the list of a height's changes");
    return {};
}

Result<std::optional<HeightSummary>> Store::summary_of(std::uint64_t height) const {
    ROPE_TRY(const auto bytes, get(Column::heights, be64_key(height)));
    if (!bytes) return std::optional<HeightSummary>{};
    const auto summary = decode_summary(*bytes);
    if (!summary) return damaged("height " + std::to_string(height));
    return summary;
}

Result<std::optional<std::uint64_t>> Store::index_of(const Hash32& tx_id) const {
    ROPE_TRY(const auto bytes, get(Column::tx_ids, tx_id));
    if (!bytes) return std::optional<std::uint64_t>{};
    if (bytes->size() != 8) return damaged("a transaction's position");
    return std::optional{be64_of(*bytes)};
}

Result<std::optional<TxRow>> Store::row_at(std::uint64_t index) const {
    ROPE_TRY(const auto bytes, item_of(Column::txs, index));
    if (!bytes) return std::optional<TxRow>{};
    auto row = decode_row(*bytes);
    if (!row) return damaged("transaction row " + std::to_string(index));
    return row;
}

Result<std::optional<Bytes>> Store::untiled_record(std::uint64_t index) const {
    return item_of(Column::records, index);
}

Result<std::vector<Bytes>> Store::untiled_records(std::uint64_t from, std::uint64_t to) const {
    std::vector<Bytes> out;
    out.reserve(to - from);
    const auto visit = [&](BytesView key, BytesView chunk) {
        if (key.size() != 8) return storage::Go::stop;
        const std::uint64_t first = be64_of(key);
        const std::uint64_t end = first + item_count(chunk).value_or(0);
        for (std::uint64_t index = from + out.size(); index < std::min(end, to); ++index) {
            const auto item = index < first ? std::nullopt : item_at(chunk, index - first);
            if (!item) return storage::Go::stop;
            out.push_back(to_bytes(*item));
        }
        return storage::Go::on;
    };
    ROPE_TRY([[maybe_unused]] const std::size_t visited,
             kv_->scan({.column = id_of(Column::records),
                        .from = be64_key(from < kChunkItemsMax ? 0 : from - kChunkItemsMax + 1),
                        .to = be64_key(to)},
                       visit));
    if (out.size() == to - from) return out;
    return damaged("record " + std::to_string(from + out.size()));
}

Result<std::optional<Bytes>> Store::item_of(Column column, std::uint64_t index) const {
    const Bytes from = be64_key(index < kChunkItemsMax ? 0 : index - kChunkItemsMax + 1);
    const Bytes to = be64_key(index + 1);
    std::optional<Bytes> found;
    bool readable = true;
    const auto visit = [&](BytesView key, BytesView chunk) {
        const auto count = item_count(chunk);
        readable = key.size() == 8 && count;
        if (!readable || index - be64_of(key) >= *count) return storage::Go::stop;
        const auto item = item_at(chunk, index - be64_of(key));
        readable = item.has_value();
        if (item) found = to_bytes(*item);
        return storage::Go::stop;
    };
    ROPE_TRY([[maybe_unused]] const std::size_t visited,
             kv_->scan({.column = id_of(column),
                        .from = from,
                        .to = to,
                        .order = storage::Order::descending,
                        .limit = 1},
                       visit));
    if (!readable) return damaged("the chunk of index " + std::to_string(index));
    return found;
}

}  // namespace ropenet::ledger
