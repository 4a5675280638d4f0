// Transactions whose signature is checked and whose turn has not come, within hard limits.
//
// One tx_id stands in it at most once. Knows neither engine nor waiters.
// Threads: none of its own; the owner's lock guards it. What find() returns may be kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "admission/answer.hpp"
#include "admission/id_hash.hpp"
#include "base/bytes.hpp"
#include "types/limits.hpp"
#include "types/transaction.hpp"

namespace ropenet::admission {

struct PendingLimits {
    std::size_t txs_max = kPendingTxsMax;
    std::size_t bytes_max = kPendingBytesMax;
    /// One account at most this part of either: 10 is a tenth.
    std::size_t account_share = kPendingShareOfOneAccount;
};

/// Shared by the pool and a block that is being executed, which may outlive the entry.
using PooledTx = std::shared_ptr<const Transaction>;

class PendingPool {
  public:
    explicit PendingPool(PendingLimits limits) : limits_{limits} {}

    PooledTx find(const Hash32& tx_id) const;
    /// The tx whose encoding has this SHA-256.
    PooledTx find_by_digest(const Hash32& encoding_digest) const;

    /// Why one more tx of `bytes` of this account would not fit. Absent: it fits.
    std::optional<Refused> why_full(const AccountId& account, std::size_t bytes) const;
    /// Pre: it fits, and its id is not here.
    void insert(PooledTx tx, const Hash32& encoding_digest);
    /// Null when it is not here.
    PooledTx remove(const Hash32& tx_id);
    /// Removes what no block after `block_time_ms` can record any more.
    std::vector<PooledTx> take_expired(std::int64_t block_time_ms);

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }

  private:
    struct Entry {
        PooledTx tx;
        Hash32 encoding_digest{};
    };
    struct Share {
        std::size_t txs = 0;
        std::size_t bytes = 0;
    };

    const PendingLimits limits_;
    std::unordered_map<Hash32, Entry, IdHash> entries_;
    std::unordered_map<Hash32, Hash32, IdHash> id_of_digest_;
    std::set<std::pair<std::int64_t, Hash32>> by_expiry_;
    std::map<AccountId, Share> shares_;
    std::size_t bytes_ = 0;
};

/// Remembers the last transactions that left the pool without a record, so that a client that asks
/// later hears why. Bounded; the oldest go first.
class DroppedTxs {
  public:
    explicit DroppedTxs(std::size_t ids_max) : ids_max_{ids_max} {}

    void note(const Hash32& tx_id, TxError why);
    std::optional<TxError> find(const Hash32& tx_id) const;

  private:
    const std::size_t ids_max_;
    std::unordered_map<Hash32, TxError, IdHash> why_;
    std::deque<Hash32> in_order_;
};

}  // namespace ropenet::admission
