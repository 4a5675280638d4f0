// A rope as it was after one height: state, log size and roots. Readers hold one for a request.
//
// A view reads versioned values, so later blocks do not change its answers. It stays readable for
// the history window (kHistoryHeights, kHistoryMs); after that pruning may empty it, so nobody
// keeps one longer than a request.
//
// Threads: immutable; any thread. Errors: io or corrupt, when storage fails.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "ledger/height_summary.hpp"
#include "ledger/tree_at.hpp"
#include "state/state_view.hpp"

namespace ropenet::ledger {

class ReadView final : public state::StateView {
  public:
    /// `newest` is of this height or a later one. `store` and `past` must outlive the view.
    ReadView(const Store& store, const HeightSummary& summary, TreeAtPtr newest, PastTrees& past)
        : store_{store}, at_{summary}, newest_{std::move(newest)}, past_{past} {}

    const HeightSummary& at() const { return at_; }
    std::uint64_t height() const { return at_.height; }
    std::uint64_t log_size() const { return at_.log_size; }

    Result<std::optional<Bytes>> find(BytesView full_key) const override;
    Result<merkle::TreeUpdate> root_after(const state::StateDiff& diff,
                                          std::uint64_t height) const override;

    /// A serialised ICS-23 CommitmentProof of presence or absence under state_root. Absent when
    /// more than kUndoneMax state changes came after this height.
    Result<std::optional<Bytes>> prove(BytesView full_key) const;
    const TreeAtPtr& newest() const { return newest_; }

  private:
    const Store& store_;
    HeightSummary at_;
    TreeAtPtr newest_;
    PastTrees& past_;
};

/// Shared by all readers of the newest height until the next block replaces it.
using ReadViewPtr = std::shared_ptr<const ReadView>;

}  // namespace ropenet::ledger
