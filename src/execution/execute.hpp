// Executes a block: a view and a block go in; outcomes, records and a difference come out.
//
// Same view, same block, same result on every build (promise P3). Nothing here knows a clock, a
// disk or a thread. Which tx gets a record is decided here and nowhere else
// (docs/spec/transaction.md): form, signature, origin, time, not yet recorded, account exists and
// holds the key, in this order.
//
// Errors: only storage fails; what a tx does wrong is in its TxResult.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "merkle/state_tree.hpp"
#include "state/state_view.hpp"
#include "types/genesis.hpp"
#include "types/outcome.hpp"
#include "types/transaction.hpp"

namespace ropenet::execution {

/// A tx of a block, decoded and its signature checked, or why that failed.
using CheckedTx = Expected<Transaction, TxError>;

/// Which ids are recorded already. Ids whose expiry has passed may be forgotten.
class RecordedIds {
  public:
    virtual ~RecordedIds() = default;
    virtual bool contains(const Hash32& tx_id) const = 0;
};

struct BlockInput {
    std::string_view origin;
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    std::uint64_t log_size = 0;  // records before this block
    std::span<const CheckedTx> txs;
};

/// A tx that has a record.
struct Recorded {
    std::uint64_t index = 0;
    Outcome outcome;
    Bytes encoded;  // the outcome, as its digest in the record is made of
};

using TxResult = std::variant<Recorded, TxError>;

struct BlockResult {
    std::vector<TxResult> txs;   // same order and count as the input
    std::vector<Bytes> records;  // encoded leaves in log order; empty when nothing happened
    state::StateDiff diff;
    merkle::TreeUpdate tree;  // of version `height`; no nodes when nothing changed
};

Result<BlockResult> execute_block(const state::StateView& view, const RecordedIds& recorded,
                                  const BlockInput& block);

/// The first leaf and the first state of a rope. `view` is empty.
Result<BlockResult> execute_genesis(const state::StateView& view, const Genesis& genesis,
                                    const Hash32& genesis_digest);

/// Would this tx get a record in a block at `time_ms`? Absent: yes. Admission asks before it
/// queues.
Result<std::optional<TxError>> why_not_recorded(const state::Reader& state,
                                                const RecordedIds& recorded,
                                                const BlockInput& block, const Transaction& tx);

}  // namespace ropenet::execution
