// What a client is told about a transaction.
//
// An answer says what is known at this moment; Refused says why nothing was queued, so that the
// client may send the same bytes again later. Knows nothing of HTTP. Plain values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "types/outcome.hpp"
#include "types/transaction.hpp"

namespace ropenet::admission {

enum class TxStatus : std::uint8_t {
    unknown,    // never seen here, or forgotten
    pending,    // queued; may still commit until its expiry has passed
    committed,  // recorded and applied
    refused,    // recorded and not applied: by a rule, out of gas, or trapped
    rejected,   // no record: its form, signature or account is wrong
    expired,    // was pending; its expiry passed before its turn came, so it has no record
};

std::string_view name_of(TxStatus status);

/// Where a tx stands in the ledger and what it did.
struct RecordedTx {
    std::uint64_t height = 0;
    std::uint64_t index = 0;  // of its record in the log
    std::int64_t time_ms = 0;
    Outcome outcome;

    friend bool operator==(const RecordedTx&, const RecordedTx&) = default;
};

struct TxAnswer {
    std::optional<Hash32> tx_id;  // absent when the bytes are no transaction
    TxStatus status = TxStatus::unknown;
    std::optional<RecordedTx> recorded;  // exactly with committed and refused
    bool duplicate = false;              // the same tx had been queued or recorded before
    std::optional<TxError> error;        // exactly with rejected and expired

    friend bool operator==(const TxAnswer&, const TxAnswer&) = default;
};

/// Why a well-formed tx was not queued. The names are stable codes of the API.
enum class Refused : std::uint8_t {
    full,            // queue.full (503): too much is pending or waits for its signature check
    account_share,   // quota.pending (429): this account has a tenth of the queue already
    refusal_quota,   // quota.refusals (429): too many recorded refusals within the last hour
    id_window_full,  // queue.id_window (503): too many recorded ids have not expired yet
    stopping,        // queue.stopping (503): the node stops
    clock,           // clock (503): the clock was set; no blocks until a restart
    storage,         // storage (503): the ledger could not be read; the node stops
};

std::string_view name_of(Refused refused);

using Submitted = Expected<TxAnswer, Refused>;
using Callback = std::function<void(Submitted)>;
/// One answer for each tx, in the order given.
using BatchCallback = std::function<void(std::vector<Submitted>)>;

/// The answer for a recorded tx: committed or refused by its outcome's code.
TxAnswer answer_of(const Hash32& tx_id, RecordedTx recorded, bool duplicate);

}  // namespace ropenet::admission
