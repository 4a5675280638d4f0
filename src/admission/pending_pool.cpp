#include "admission/pending_pool.hpp"

#include "base/check.hpp"

namespace ropenet::admission {

PooledTx PendingPool::find(const Hash32& tx_id) const {
    const auto it = entries_.find(tx_id);
    return it == entries_.end() ? nullptr : it->second.tx;
}

PooledTx PendingPool::find_by_digest(const Hash32& encoding_digest) const {
    const auto it = id_of_digest_.find(encoding_digest);
    return it == id_of_digest_.end() ? nullptr : find(it->second);
}

std::optional<Refused> PendingPool::why_full(const AccountId& account, std::size_t bytes) const {
    if (entries_.size() >= limits_.txs_max || bytes_ + bytes > limits_.bytes_max) {
        return Refused::full;
    }
    const auto it = shares_.find(account);
    const Share share = it == shares_.end() ? Share{} : it->second;
    if (share.txs >= limits_.txs_max / limits_.account_share ||
        share.bytes + bytes > limits_.bytes_max / limits_.account_share) {
        return Refused::account_share;
    }
    return std::nullopt;
}

void PendingPool::insert(PooledTx tx, const Hash32& encoding_digest) {
    ROPE_CHECK(!why_full(tx->account, tx->encoded.size()));
    bytes_ += tx->encoded.size();
    Share& share = shares_[tx->account];
    share.txs += 1;
    share.bytes += tx->encoded.size();
    by_expiry_.emplace(tx->expires_at_ms, tx->tx_id);
    id_of_digest_.emplace(encoding_digest, tx->tx_id);
    const Hash32 id = tx->tx_id;
    const bool is_new =
        entries_.emplace(id, Entry{.tx = std::move(tx), .encoding_digest = encoding_digest}).second;
    ROPE_CHECK(is_new);
}

PooledTx PendingPool::remove(const Hash32& tx_id) {
    const auto it = entries_.find(tx_id);
    if (it == entries_.end()) return nullptr;
    PooledTx tx = std::move(it->second.tx);
    id_of_digest_.erase(it->second.encoding_digest);
    entries_.erase(it);
    by_expiry_.erase({tx->expires_at_ms, tx->tx_id});
    bytes_ -= tx->encoded.size();
    const auto share = shares_.find(tx->account);
    share->second.txs -= 1;
    share->second.bytes -= tx->encoded.size();
    if (share->second.txs == 0) shares_.erase(share);
    return tx;
}

std::vector<PooledTx> PendingPool::take_expired(std::int64_t block_time_ms) {
    std::vector<PooledTx> expired;
    // A later block has a later time: only an expiry beyond this block's can still be met.
    while (!by_expiry_.empty() && by_expiry_.begin()->first <= block_time_ms) {
        const Hash32 id = by_expiry_.begin()->second;
        expired.push_back(remove(id));
    }
    return expired;
}

void DroppedTxs::note(const Hash32& tx_id, TxError why) {
    if (ids_max_ == 0 || !why_.insert_or_assign(tx_id, why).second) return;
    in_order_.push_back(tx_id);
    if (in_order_.size() <= ids_max_) return;
    why_.erase(in_order_.front());
    in_order_.pop_front();
}

std::optional<TxError> DroppedTxs::find(const Hash32& tx_id) const {
    const auto it = why_.find(tx_id);
    return it == why_.end() ? std::nullopt : std::optional{it->second};
}

}  // namespace ropenet::admission
