// Everything that may be asked of a rope's past, by any thread.
//
// Lists are ordered by log index and bounded by a view's log size, so a page taken at one height
// says the same later. Nothing here decides who may read: handlers ask execution::may_read first.
//
// Errors: io or corrupt, when storage fails. What never was is absent; a height outside the history
// window is a PastError.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "execution/execute.hpp"
#include "ledger/read_view.hpp"
#include "types/block.hpp"
#include "types/genesis.hpp"
#include "types/outcome.hpp"
#include "types/record.hpp"
#include "types/transaction.hpp"

namespace ropenet::ledger {

/// Where a recorded tx stands.
struct TxPosition {
    std::uint64_t height = 0;
    std::uint64_t index = 0;  // of its record in the log

    friend bool operator==(const TxPosition&, const TxPosition&) = default;
};

/// A recorded tx with what it did.
struct TxEntry {
    TxPosition at;
    std::int64_t time_ms = 0;
    Transaction tx;
    Outcome outcome;
};

/// What a list tells of a recorded tx: all but its bytes.
struct TxSummary {
    TxPosition at;
    std::int64_t time_ms = 0;
    Hash32 tx_id{};
    AccountId account;
    std::string contract;
    std::string action;
    Outcome outcome;
};

enum class Direction : std::uint8_t { ascending, descending };

/// All given conditions hold together. Absent: any.
struct TxFilter {
    std::optional<AccountId> account;
    std::optional<std::string> contract;
    std::optional<std::string> action;
    std::optional<OutcomeCode> code;
    std::optional<std::int64_t> from_ms;  // block time >= from_ms
    std::optional<std::int64_t> to_ms;    // block time < to_ms
};

struct TxQuery {
    TxFilter filter;
    Direction direction = Direction::descending;
    std::optional<std::uint64_t> after;  // the last index of the page before; excluded
    std::size_t limit = 0;
};

/// A deposited entry: where to find it in the state.
struct EntryPosition {
    AccountId account;
    Hash32 sha256{};
    std::uint64_t index = 0;  // of the deposit's record
};

struct EntryQuery {
    std::optional<AccountId> account;
    std::optional<Hash32> sha256;
    Direction direction = Direction::ascending;
    std::optional<std::uint64_t> after;
    std::size_t limit = 0;
};

/// A page may hold fewer items than asked for, even none, and still have a next one: a filter that
/// matches rarely stops after kRowsVisitedMax rows.
struct Page {
    std::vector<std::uint64_t> indexes;
    std::optional<std::uint64_t> next;  // TxQuery::after of the next page; absent at the end
};

struct EntryPage {
    std::vector<EntryPosition> entries;
    std::optional<std::uint64_t> next;
};

inline constexpr std::size_t kRowsVisitedMax = 10'000;

enum class PastError : std::uint8_t { in_the_future, gone };

class Reader {
  public:
    virtual ~Reader() = default;

    virtual const std::string& origin() const = 0;
    virtual const Genesis& genesis() const = 0;
    virtual const Bytes& genesis_bytes() const = 0;

    virtual ReadViewPtr latest() const = 0;
    /// The view after `height`, while it lies in the history window.
    virtual Result<Expected<ReadViewPtr, PastError>> at(std::uint64_t height) const = 0;

    /// Ids that admission must refuse as duplicates; consistent with latest().
    virtual const execution::RecordedIds& recorded_ids() const = 0;
    virtual std::size_t recorded_id_count() const = 0;

    virtual Result<std::optional<TxPosition>> find_tx(const Hash32& tx_id) const = 0;
    virtual Result<std::optional<TxEntry>> tx_at(std::uint64_t index) const = 0;
    /// The leaf's bytes; absent past the log's end.
    virtual Result<std::optional<Bytes>> record_at(std::uint64_t index) const = 0;
    virtual Result<std::optional<Block>> block_at(std::uint64_t height) const = 0;
    virtual Result<std::optional<HeightSummary>> summary_of(std::uint64_t height) const = 0;

    /// Of recorded transactions, in the order asked for.
    virtual Result<std::vector<TxSummary>> summaries_of(
        std::span<const std::uint64_t> indexes) const = 0;

    virtual Result<Page> list_txs(const ReadView& view, const TxQuery& query) const = 0;
    virtual Result<EntryPage> list_entries(const ReadView& view, const EntryQuery& query) const = 0;

    /// Proofs under an installed checkpoint of `size` leaves, read from the tiles.
    virtual Result<std::vector<Hash32>> inclusion(std::uint64_t index,
                                                  std::uint64_t size) const = 0;
    virtual Result<std::vector<Hash32>> consistency(std::uint64_t old_size,
                                                    std::uint64_t size) const = 0;
    /// Roots of the complete subtrees of the first `size` leaves, largest first; of tiled leaves.
    virtual Result<std::vector<Hash32>> subtrees(std::uint64_t size) const = 0;
    /// A file of the public log folder: checkpoint, tile/..., policies/...; absent where there is
    /// none.
    virtual Result<std::optional<Bytes>> log_file(std::string_view path) const = 0;

    /// Recorded refusals with block time >= since_ms, for the quota of admission after a start.
    virtual Result<std::vector<std::pair<AccountId, std::int64_t>>> refusals_since(
        std::int64_t since_ms) const = 0;
};

}  // namespace ropenet::ledger
