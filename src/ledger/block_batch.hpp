// What one finalized block changes in the key-value store, as one batch.
#pragma once

#include <span>
#include <vector>

#include "execution/execute.hpp"
#include "ledger/head_state.hpp"
#include "ledger/ledger.hpp"
#include "merkle/log_tree.hpp"

namespace ropenet::ledger {

/// A block that is executed and not yet durable.
struct Finalized {
    HeightSummary at;
    HeightSummary before;
    merkle::Frontier frontier;
    Bytes block;  // encoded, as the block log takes it
    execution::BlockResult result;
    std::vector<CommittedTx> txs;  // decoded ones, in block order
    std::vector<TxRow> rows;       // of the recorded ones among them, in order
    struct Expiry {
        Hash32 tx_id{};
        std::int64_t expires_at_ms = 0;
    };
    std::vector<Expiry> expiries;  // of the same, in the same order
};

/// What a tx deposited, by its outcome.
struct Deposit {
    AccountId account;
    Hash32 sha256{};
};
std::optional<Deposit> deposit_of(const Outcome& outcome);

/// Reads the values that the block replaces.
Result<storage::KvBatch> batch_of(const HeadState& head, const Finalized& block);

}  // namespace ropenet::ledger
