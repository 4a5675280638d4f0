// The lists of History: pages over the index column, bounded by a view.
#include <algorithm>
#include <numeric>

#include "ledger/block_batch.hpp"
#include "ledger/chunks.hpp"
#include "ledger/history.hpp"
#include "ledger/row_reader.hpp"

namespace ropenet::ledger {
namespace {

/// Keys of one index: a common prefix, then be64(log index).
struct Walk {
    Column column = Column::txs;
    Bytes prefix;
};

Walk walk_of(const TxFilter& filter) {
    const auto without_index = [](Bytes key) {
        key.resize(key.size() - 8);
        return key;
    };
    if (filter.account) {
        return {Column::index, without_index(index_by_account(*filter.account, 0))};
    }
    if (filter.contract) {
        return {Column::index, without_index(index_by_contract(*filter.contract, 0))};
    }
    if (filter.code) return {Column::index, without_index(index_by_code(*filter.code, 0))};
    return {Column::txs, {}};
}

bool row_matches(const TxRow& row, const TxFilter& filter) {
    if (filter.account && row.account != *filter.account) return false;
    if (filter.contract && row.contract != *filter.contract) return false;
    if (filter.action && row.action != *filter.action) return false;
    if (!filter.code) return true;
    const auto outcome = decode_outcome(row.outcome);
    return outcome && outcome->code == *filter.code;
}

Unexpected<Error> unreadable_index() {
    return fail(ErrorCode::corrupt, "an index is not readable; run `ropenet node repair`");
}

/// Does the walk's prefix already say everything that the filter asks?
bool walk_is_enough(const TxFilter& filter) {
    const int asked = filter.account.has_value() + filter.contract.has_value() +
                      filter.action.has_value() + filter.code.has_value();
    return asked == 0 || (asked == 1 && !filter.action);
}

Bytes with_index(const Bytes& prefix, std::uint64_t index) {
    Bytes key = prefix;
    append_be64(key, index);
    return key;
}

/// The log indexes that a chunk of the walk stands for, ascending.
std::optional<std::vector<std::uint64_t>> indexes_in(const Walk& walk, BytesView key,
                                                     BytesView value) {
    if (key.size() < 8) return std::nullopt;
    const std::uint64_t first = be64_of(key);
    if (walk.column == Column::index) return indexes_of_posting(first, value);
    const auto count = item_count(value);
    if (!count) return std::nullopt;
    std::vector<std::uint64_t> out(*count);
    std::iota(out.begin(), out.end(), first);
    return out;
}

/// To the chunk that `index` may stand in, or to the first one after it on the way.
void seek(storage::KvCursor& cursor, const Walk& walk, Direction direction, std::uint64_t index) {
    const Bytes key = with_index(walk.prefix, index);
    cursor.seek_for_prev(key);
    if (direction == Direction::descending) return;
    const bool inside = cursor.valid() && cursor.key().size() == key.size() &&
                        equal(cursor.key().first(walk.prefix.size()), walk.prefix);
    if (!inside) cursor.seek(key);
}

/// Log indexes from an inclusive low to an excluded high end, in either direction, at most
/// kRowsVisitedMax of them; `visit` answers false to stop. True: there may be more.
template <typename Visit>
Result<bool> walk_indexes(const storage::Kv& kv, const Walk& walk, Direction direction,
                          std::pair<std::uint64_t, std::uint64_t> range, Visit visit) {
    const bool rising = direction == Direction::ascending;
    auto cursor = kv.cursor(id_of(walk.column));
    seek(cursor, walk, direction, rising ? range.first : range.second - 1);
    std::size_t visited = 0;
    for (; cursor.valid(); rising ? cursor.next() : cursor.prev()) {
        const BytesView key = cursor.key();
        if (key.size() != walk.prefix.size() + 8 ||
            !equal(key.first(walk.prefix.size()), walk.prefix)) {
            return false;
        }
        auto indexes = indexes_in(walk, key, cursor.value());
        if (!indexes) return unreadable_index();
        if (rising ? indexes->front() >= range.second : indexes->back() < range.first) return false;
        if (!rising) std::ranges::reverse(*indexes);
        for (const std::uint64_t index : *indexes) {
            if (index < range.first || index >= range.second) continue;
            if (visited++ == kRowsVisitedMax) return true;
            ROPE_TRY(const bool on, visit(index));
            if (!on) return true;
        }
    }
    ROPE_DO(cursor.status());
    return false;
}

}  // namespace

Result<std::uint64_t> History::first_index_at(const ReadView& view, std::int64_t time_ms) const {
    // Block times never decrease, so heights can be halved: low < answer <= high.
    std::uint64_t low = 0;
    std::uint64_t high = view.height() + 1;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        ROPE_TRY(const auto summary, store_.summary_of(middle));
        if (!summary)
            return fail(ErrorCode::corrupt, "height " + std::to_string(middle) + " is missing");
        if (summary->time_ms >= time_ms) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low == 0) return std::uint64_t{0};
    ROPE_TRY(const auto before, store_.summary_of(low - 1));
    return before ? before->log_size : std::uint64_t{0};
}

Result<History::IndexRange> History::range_of(const ReadView& view, const TxQuery& query) const {
    IndexRange range{.from = 0, .to = view.log_size()};
    if (query.filter.from_ms) {
        ROPE_TRY(range.from, first_index_at(view, *query.filter.from_ms));
    }
    if (query.filter.to_ms) {
        ROPE_TRY(const std::uint64_t end, first_index_at(view, *query.filter.to_ms));
        range.to = std::min(range.to, end);
    }
    if (query.after && query.direction == Direction::ascending) {
        range.from = std::max(range.from, *query.after + 1);
    } else if (query.after) {
        range.to = std::min(range.to, *query.after);
    }
    return range;
}

Result<Page> History::list_txs(const ReadView& view, const TxQuery& query) const {
    ROPE_TRY(const IndexRange range, range_of(view, query));
    Page page;
    if (range.from >= range.to || query.limit == 0) return page;
    const bool enough = walk_is_enough(query.filter);
    std::optional<std::uint64_t> last;
    RowReader rows{store_};
    ROPE_TRY(const bool more,
             walk_indexes(store_.kv(), walk_of(query.filter), query.direction,
                          {range.from, range.to}, [&](std::uint64_t index) -> Result<bool> {
                              if (page.indexes.size() == query.limit) return false;
                              last = index;
                              if (!enough) {
                                  ROPE_TRY(const auto row, rows.at(index));
                                  if (!row || !row_matches(*row, query.filter)) return true;
                              }
                              page.indexes.push_back(index);
                              return true;
                          }));
    if (more) page.next = last;
    return page;
}

Result<EntryPage> History::entries_of_content(const ReadView& view, const EntryQuery& query) const {
    // At most one entry an account: few, so they are read whole and sorted by their place.
    Bytes from = index_by_content(*query.sha256, AccountId{});
    Bytes to = index_by_content(*query.sha256, AccountId{});
    std::fill(to.end() - 16, to.end(), std::uint8_t{0xFF});
    to.push_back(0);  // just past the highest account
    std::vector<EntryPosition> all;
    bool readable = true;
    ROPE_TRY([[maybe_unused]] const std::size_t visited,
             store_.kv().scan({.column = id_of(Column::index),
                               .from = from,
                               .to = to,
                               .order = storage::Order::ascending,
                               .limit = kRowsVisitedMax},
                              [&](BytesView key, BytesView value) {
                                  readable = key.size() == 49 && value.size() == 8;
                                  if (!readable) return storage::Go::stop;
                                  std::array<std::uint8_t, 16> id{};
                                  std::ranges::copy(key.last<16>(), id.begin());
                                  all.push_back({.account = AccountId{id},
                                                 .sha256 = *query.sha256,
                                                 .index = be64_of(value)});
                                  return storage::Go::on;
                              }));
    if (!readable) return unreadable_index();
    std::ranges::sort(all, {}, &EntryPosition::index);
    if (query.direction == Direction::descending) std::ranges::reverse(all);
    EntryPage page;
    for (const EntryPosition& entry : all) {
        const bool past_cursor =
            !query.after || (query.direction == Direction::ascending ? entry.index > *query.after
                                                                     : entry.index < *query.after);
        if (!past_cursor || entry.index >= view.log_size()) continue;
        if (query.account && entry.account != *query.account) continue;
        if (page.entries.size() == query.limit) {
            page.next = page.entries.back().index;
            break;
        }
        page.entries.push_back(entry);
    }
    return page;
}

Result<EntryPage> History::list_entries(const ReadView& view, const EntryQuery& query) const {
    EntryPage page;
    if (query.limit == 0) return page;
    if (query.sha256) return entries_of_content(view, query);
    Walk walk{Column::index, Bytes{'d'}};
    if (query.account) {
        walk.prefix = index_of_account_deposit(*query.account, 0);
        walk.prefix.resize(walk.prefix.size() - 8);
    }
    ROPE_TRY(const IndexRange range, range_of(view, {.filter = {},
                                                     .direction = query.direction,
                                                     .after = query.after,
                                                     .limit = query.limit}));
    if (range.from >= range.to) return page;
    RowReader rows{store_};
    const auto visit = [&](std::uint64_t index) -> Result<bool> {
        if (page.entries.size() == query.limit) return false;
        ROPE_TRY(const auto row, rows.at(index));
        if (!row) return unreadable_index();
        const auto outcome = decode_outcome(row->outcome);
        if (!outcome) return unreadable_index();
        const auto deposit = deposit_of(*outcome);
        if (!deposit) return unreadable_index();
        page.entries.push_back(
            {.account = deposit->account, .sha256 = deposit->sha256, .index = index});
        return true;
    };
    ROPE_TRY(const bool more,
             walk_indexes(store_.kv(), walk, query.direction, {range.from, range.to}, visit));
    if (more && !page.entries.empty()) page.next = page.entries.back().index;
    return page;
}

}  // namespace ropenet::ledger
