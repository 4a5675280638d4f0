// The state that the next block is executed on, with the upper part of its tree in memory.
//
// Reads come from the store; what one block read is remembered until the next. Ledger thread alone.
// Errors: io, corrupt.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "ledger/read_view.hpp"
#include "ledger/store.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::ledger {

class HeadState final : public state::StateView {
  public:
    /// `store` must outlive it.
    explicit HeadState(const Store& store) : store_{store} {}

    Result<std::optional<Bytes>> find(BytesView full_key) const override;
    /// The newest value with the height that wrote it.
    Result<std::optional<Store::Newest>> newest(BytesView full_key) const;
    Result<merkle::TreeUpdate> root_after(const state::StateDiff& diff,
                                          std::uint64_t height) const override;

    /// The store now holds the block that led to `at`.
    void advance(const HeightSummary& at, const merkle::TreeUpdate& update);
    void set(const HeightSummary& at) { at_ = at; }

  private:
    /// About 1.4 KB each. Enough for the dense levels of a million keys.
    static constexpr std::size_t kNodesMax = 150'000;

    void trim(std::uint64_t version);

    const Store& store_;
    std::optional<HeightSummary> at_;  // absent before genesis
    std::shared_ptr<const merkle::Node> top_;
    std::size_t nodes_ = 0;         // below top_, about
    std::uint64_t trimmed_at_ = 0;  // version
    mutable std::unordered_map<std::string, std::optional<Store::Newest>> read_;
};

}  // namespace ropenet::ledger
