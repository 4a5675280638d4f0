// The ledger's key-value store with its meaning: state values, tree nodes, heights, rows.
//
// Derived from the block log and possibly behind it after a crash (src/ledger/layout.hpp has the
// keys). Threads: reads from any; write and flush from the ledger thread. Errors: io, corrupt.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/layout.hpp"
#include "merkle/log_tree.hpp"
#include "merkle/state_tree.hpp"
#include "storage/kv.hpp"

namespace ropenet::ledger {

inline constexpr storage::Column id_of(Column column) {
    return static_cast<storage::Column>(column);
}

class Store final : public merkle::LeafReader {
  public:
    static Result<std::unique_ptr<Store>> open(storage::KvEnvironment& environment,
                                               const std::string& folder);

    /// Where the store stands; all it holds is of this height.
    struct Last {
        HeightSummary at;
        merkle::Frontier frontier;
    };
    /// Absent in a new store.
    Result<std::optional<Last>> last() const;

    Result<std::optional<Bytes>> value_at(BytesView full_key, std::uint64_t height) const;
    /// The newest value's height and the value before it, for the batch that replaces it.
    struct Newest {
        std::uint64_t height = 0;
        std::optional<Bytes> value;
    };
    Result<std::optional<Newest>> newest_value(BytesView full_key) const;

    /// Leaves of the state tree, as of the newest height.
    Result<std::optional<merkle::TreeLeaf>> find_leaf(const Hash32& position) const override {
        return leaf_at(position, nullptr);
    }
    Result<std::vector<merkle::PlacedLeaf>> leaves_below(const Hash32& prefix,
                                                         unsigned depth) const override {
        return leaves_at(prefix, depth, nullptr);
    }
    /// As of a moment; null: now.
    Result<std::optional<merkle::TreeLeaf>> leaf_at(const Hash32& position,
                                                    const storage::KvSnapshot* at) const;
    Result<std::vector<merkle::PlacedLeaf>> leaves_at(const Hash32& prefix, unsigned depth,
                                                      const storage::KvSnapshot* at) const;
    /// The full keys that heights in (after, to] wrote, in the order of heights; `replaced`: there
    /// was a value before.
    using VisitChanged = std::function<storage::Go(BytesView full_key, bool replaced)>;
    Result<void> changed_after(std::uint64_t after, std::uint64_t to, const VisitChanged& visit,
                               const storage::KvSnapshot& at) const;

    Result<std::optional<HeightSummary>> summary_of(std::uint64_t height) const;
    Result<std::optional<std::uint64_t>> index_of(const Hash32& tx_id) const;
    Result<std::optional<TxRow>> row_at(std::uint64_t index) const;
    /// A leaf that no installed checkpoint's tiles hold yet.
    Result<std::optional<Bytes>> untiled_record(std::uint64_t index) const;
    /// The leaves [from, to), all of them or corrupt.
    Result<std::vector<Bytes>> untiled_records(std::uint64_t from, std::uint64_t to) const;

    /// The lowest height whose view is still whole; kept with everything else, so that a restart
    /// does not promise what pruning took.
    std::uint64_t floor() const { return floor_.load(std::memory_order_acquire); }
    /// Before the batch that prunes: a reader who then meets a gap also sees the new floor.
    void raise_floor(std::uint64_t height, storage::KvBatch& batch);

    const storage::Kv& kv() const { return *kv_; }
    Result<void> write(const storage::KvBatch& batch) { return kv_->write(batch); }
    Result<void> flush() { return kv_->flush(); }

  private:
    explicit Store(std::unique_ptr<storage::Kv> kv) : kv_{std::move(kv)} {}

    Result<std::optional<Bytes>> past_value(BytesView full_key, std::uint64_t height) const;
    Result<std::optional<Bytes>> get(Column column, BytesView key) const {
        return kv_->get(id_of(column), key);
    }

    /// Of a column of items.
    Result<std::optional<Bytes>> item_of(Column column, std::uint64_t index) const;

    std::unique_ptr<storage::Kv> kv_;
    std::atomic<std::uint64_t> floor_{0};
};

}  // namespace ropenet::ledger
