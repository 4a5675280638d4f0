// A rope as it was after one height: state, log size and roots. Readers hold one for a request.
//
// A view reads versioned values and tree nodes, so later blocks do not change its answers. It stays
// readable for the history window (kHistoryHeights, kHistoryMs); after that pruning may empty it,
// so nobody keeps one longer than a request.
//
// Threads: immutable; any thread. Errors: io or corrupt, when storage fails.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "state/state_view.hpp"

namespace ropenet::ledger {

class Store;

/// What a height came to.
struct HeightSummary {
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    std::uint64_t state_version = 0;  // the last height that changed the state
    std::uint64_t log_size = 0;
    Hash32 state_root{};
    Hash32 log_root{};

    friend bool operator==(const HeightSummary&, const HeightSummary&) = default;
};

class ReadView final : public state::StateView {
  public:
    /// `store` must outlive the view.
    ReadView(const Store& store, const HeightSummary& summary) : store_{store}, at_{summary} {}

    const HeightSummary& at() const { return at_; }
    std::uint64_t height() const { return at_.height; }
    std::uint64_t log_size() const { return at_.log_size; }

    Result<std::optional<Bytes>> find(BytesView full_key) const override;
    Result<merkle::TreeUpdate> root_after(const state::StateDiff& diff,
                                          std::uint64_t height) const override;

    /// A serialised ICS-23 CommitmentProof of presence or absence under state_root.
    Result<Bytes> prove(BytesView full_key) const;

  private:
    const Store& store_;
    HeightSummary at_;
};

/// Shared by all readers of the newest height until the next block replaces it.
using ReadViewPtr = std::shared_ptr<const ReadView>;

}  // namespace ropenet::ledger
