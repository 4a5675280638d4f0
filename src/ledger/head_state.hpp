// The state that the next block is executed on, with its tree in memory.
//
// Values come from the store; what a block read is remembered until the next, and what it found
// there and did not change (accounts, above all) for longer. Ledger thread alone. Errors: io,
// corrupt.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "ledger/height_summary.hpp"
#include "ledger/store.hpp"
#include "merkle/state_tree.hpp"
#include "state/state_view.hpp"

namespace ropenet::ledger {

class HeadState final : public state::StateView {
  public:
    /// Without any state. `store` must outlive it. `leaves_max`: of its tree, in memory.
    HeadState(const Store& store, std::size_t leaves_max)
        : store_{store}, leaves_max_{leaves_max} {}

    Result<std::optional<Bytes>> find(BytesView full_key) const override;
    /// The newest value with the height that wrote it; absent as well for a key that was erased.
    Result<std::optional<Store::Newest>> newest(BytesView full_key) const;
    Result<merkle::TreeUpdate> root_after(const state::StateDiff& diff,
                                          std::uint64_t height) const override;

    /// Makes the tree from the store's leaves, which must lead to this height's root.
    Result<void> load(const HeightSummary& at);
    /// The store now holds the block that led to `at` with this update.
    void advance(const HeightSummary& at, const state::StateDiff& diff,
                 const merkle::TreeUpdate& update);
    const merkle::StateTree& tree() const { return tree_; }

  private:
    using Values = std::unordered_map<std::string, std::optional<Store::Newest>>;
    static constexpr std::size_t kKeptMax = 16'384;

    void remember(const state::StateDiff& diff);
    void trim(std::uint64_t version);

    const Store& store_;
    const std::size_t leaves_max_;
    merkle::StateTree tree_;
    std::size_t loaded_ = 0;        // leaves in memory, at most
    std::uint64_t trimmed_at_ = 0;  // version
    mutable Values read_;           // by this block
    Values kept_;                   // found by earlier ones and not changed since
};

}  // namespace ropenet::ledger
