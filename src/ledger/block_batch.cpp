#include "ledger/block_batch.hpp"

#include <algorithm>
#include <map>

#include "base/check.hpp"
#include "ledger/chunks.hpp"

namespace ropenet::ledger {
namespace {

/// A list looks at rows far apart: what is read around each should be small.
constexpr std::size_t kRowsAtOnce = 16;

/// The keys that a height wrote, a chunk at a time.
class Changed {
  public:
    Changed(std::uint64_t height, storage::KvBatch& batch) : height_{height}, batch_{batch} {}

    void add(BytesView full_key, bool replaced) {
        Bytes item;
        item.reserve(1 + full_key.size());
        item.push_back(replaced ? 1 : 0);
        append(item, full_key);
        items_.push_back(std::move(item));
        if (items_.size() == kChunkItemsMax) put();
    }
    void put() {
        if (items_.empty()) return;
        batch_.put(id_of(Column::changed), changed_key(height_, part_++), encode_items(items_));
        items_.clear();
    }

  private:
    std::uint64_t height_;
    storage::KvBatch& batch_;
    std::uint32_t part_ = 0;
    std::vector<Bytes> items_;
};

Result<void> put_values(const HeadState& head, const Finalized& block, storage::KvBatch& batch) {
    Changed changed{block.at.height, batch};
    for (const auto& [key, value] : block.result.diff) {
        ROPE_TRY(const auto newest, head.newest(key));
        if (newest) {
            Bytes row = be64_key(newest->height);
            append(row, versioned(newest->value));
            batch.put(id_of(Column::past), past_key(key, block.at.height), row);
        }
        changed.add(key, newest.has_value());
        Bytes row = be64_key(block.at.height);
        append(row, versioned(value));
        batch.put(id_of(Column::values), key, row);
    }
    changed.put();
    return {};
}

void put_leaves(const Finalized& block, storage::KvBatch& batch) {
    for (const merkle::PlacedChange& it : block.result.tree.changes) {
        if (it.change.value) {
            batch.put(id_of(Column::leaves), it.position,
                      encode_leaf({.key = it.change.key, .value = *it.change.value}));
        } else {
            batch.del(id_of(Column::leaves), it.position);
        }
    }
}

struct Items {
    Column column;
    std::uint64_t first = 0;  // index of the first
    std::span<const Bytes> items;
};

/// At most `at_once` under one key.
void put_items(const Items& all, std::size_t at_once, storage::KvBatch& batch) {
    auto [column, first, items] = all;
    while (!items.empty()) {
        const std::size_t count = std::min(items.size(), at_once);
        batch.put(id_of(column), be64_key(first), encode_items(items.first(count)));
        items = items.subspan(count);
        first += count;
    }
}

void put_posting(const Posting& posting, const Bytes& key, storage::KvBatch& batch) {
    if (!posting.empty()) batch.put(id_of(Column::index), key, posting.distances());
}

/// What the block adds to each list.
struct Postings {
    struct OfAccount {
        Posting all;
        Posting deposits;
    };
    std::map<AccountId, OfAccount> accounts;
    std::map<std::string_view, Posting> contracts;
    std::map<OutcomeCode, Posting> codes;
    Posting deposits;

    void put(storage::KvBatch& batch) const {
        for (const auto& [id, lists] : accounts) {
            put_posting(lists.all, index_by_account(id, lists.all.first()), batch);
            const std::uint64_t first = lists.deposits.first();
            put_posting(lists.deposits, index_of_account_deposit(id, first), batch);
        }
        for (const auto& [contract, posting] : contracts)
            put_posting(posting, index_by_contract(contract, posting.first()), batch);
        for (const auto& [code, posting] : codes)
            put_posting(posting, index_by_code(code, posting.first()), batch);
        put_posting(deposits, index_of_deposit(deposits.first()), batch);
    }
};

void put_txs(const Finalized& block, storage::KvBatch& batch) {
    Postings lists;
    std::vector<Bytes> rows;
    rows.reserve(block.rows.size());
    for (const CommittedTx& tx : block.txs) {
        const auto* recorded = std::get_if<execution::Recorded>(tx.result);
        if (recorded == nullptr) continue;
        const TxRow& row = block.rows[rows.size()];
        const std::uint64_t index = recorded->index;
        // Their records follow each other from the first of the block.
        ROPE_CHECK(index == block.before.log_size + rows.size());
        rows.push_back(encode_row(row));
        batch.put(id_of(Column::tx_ids), tx.tx_id, be64_key(index));
        auto& of_account = lists.accounts[row.account];
        of_account.all.add(index);
        lists.contracts[row.contract].add(index);
        lists.codes[recorded->outcome.code].add(index);
        const auto deposit = deposit_of(recorded->outcome);
        if (!deposit) continue;
        lists.deposits.add(index);
        ROPE_CHECK(deposit->account == row.account);
        of_account.deposits.add(index);
        batch.put(id_of(Column::index), index_by_content(deposit->sha256, deposit->account),
                  be64_key(index));
    }
    put_items({Column::txs, block.before.log_size, rows}, kRowsAtOnce, batch);
    lists.put(batch);
}

}  // namespace

std::optional<Deposit> deposit_of(const Outcome& outcome) {
    for (const Event& event : outcome.events) {
        if (event.name != "evidence.deposited") continue;
        const auto account = event.attributes.find("account");
        const auto sha256 = event.attributes.find("sha256");
        if (account == event.attributes.end() || sha256 == event.attributes.end()) continue;
        const auto id = account_id_from_text(account->second);
        const auto hash = hash32_from_hex(sha256->second);
        if (id && hash) return Deposit{.account = *id, .sha256 = *hash};
    }
    return std::nullopt;
}

Result<storage::KvBatch> batch_of(const HeadState& head, const Finalized& block) {
    storage::KvBatch batch;
    ROPE_DO(put_values(head, block, batch));
    put_leaves(block, batch);
    put_items({Column::records, block.before.log_size, block.result.records}, kChunkItemsMax,
              batch);
    put_txs(block, batch);
    const Bytes summary = encode_summary(block.at);
    batch.put(id_of(Column::heights), be64_key(block.at.height), summary);
    batch.put(id_of(Column::meta), view_of("last"), summary);
    batch.put(id_of(Column::meta), view_of("frontier"), block.frontier.encode());
    return batch;
}

}  // namespace ropenet::ledger
