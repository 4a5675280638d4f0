#include "ledger/block_batch.hpp"

#include "system/evidence.hpp"

namespace ropenet::ledger {
namespace {

constexpr BytesView kNothing{};

Result<void> put_values(const HeadState& head, const Finalized& block, storage::KvBatch& batch) {
    for (const auto& [key, value] : block.result.diff) {
        ROPE_TRY(const auto newest, head.newest(key));
        if (newest) {
            const Bytes past = past_key(key, block.at.height);
            batch.put(id_of(Column::past), past, versioned(newest->value));
            batch.put(id_of(Column::stale), stale_key(block.at.height, 'p', past), kNothing);
        }
        Bytes row = be64_key(block.at.height);
        append(row, versioned(value));
        batch.put(id_of(Column::values), key, row);
    }
    return {};
}

void put_tree(const Finalized& block, storage::KvBatch& batch) {
    for (const auto& [key, node] : block.result.tree.new_nodes) {
        batch.put(id_of(Column::nodes), key, node);
    }
    for (const Bytes& key : block.result.tree.stale_nodes) {
        batch.put(id_of(Column::stale), stale_key(block.at.height, 'n', key), kNothing);
    }
}

void put_records(const Finalized& block, storage::KvBatch& batch) {
    std::uint64_t index = block.before.log_size;
    for (const Bytes& record : block.result.records) {
        batch.put(id_of(Column::records), be64_key(index), record);
        ++index;
    }
}

/// Deposits are found again by content, by depositor and in order.
void put_deposits(const Outcome& outcome, std::uint64_t index, storage::KvBatch& batch) {
    for (const Event& event : outcome.events) {
        if (event.name != "evidence.deposited") continue;
        const auto account = account_id_from_text(event.attributes.at("account"));
        const auto sha256 = hash32_from_hex(event.attributes.at("sha256"));
        ROPE_CHECK(account && sha256);
        Bytes where = to_bytes(account->bytes());
        append(where, *sha256);
        batch.put(id_of(Column::index), index_of_deposit(index), where);
        batch.put(id_of(Column::index), index_of_account_deposit(*account, index), *sha256);
        batch.put(id_of(Column::index), index_by_content(*sha256, *account), be64_key(index));
    }
}

void put_txs(const Finalized& block, storage::KvBatch& batch) {
    std::size_t i = 0;
    for (const CommittedTx& tx : block.txs) {
        const auto* recorded = std::get_if<execution::Recorded>(&tx.result);
        if (recorded == nullptr) continue;
        const TxRow& row = block.rows[i++];
        const std::uint64_t index = recorded->index;
        batch.put(id_of(Column::txs), be64_key(index), encode_row(row));
        batch.put(id_of(Column::tx_ids), tx.tx_id, be64_key(index));
        batch.put(id_of(Column::index), index_by_account(row.account, index), kNothing);
        batch.put(id_of(Column::index), index_by_contract(row.contract, index), kNothing);
        batch.put(id_of(Column::index), index_by_code(recorded->outcome.code, index), kNothing);
        put_deposits(recorded->outcome, index, batch);
    }
}

}  // namespace

Result<storage::KvBatch> batch_of(const HeadState& head, const Finalized& block) {
    storage::KvBatch batch;
    ROPE_DO(put_values(head, block, batch));
    put_tree(block, batch);
    put_records(block, batch);
    put_txs(block, batch);
    const Bytes summary = encode_summary(block.at);
    batch.put(id_of(Column::heights), be64_key(block.at.height), summary);
    batch.put(id_of(Column::meta), view_of("last"), summary);
    batch.put(id_of(Column::meta), view_of("frontier"), block.frontier.encode());
    return batch;
}

}  // namespace ropenet::ledger
