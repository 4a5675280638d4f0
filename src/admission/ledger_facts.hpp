// What admission must know of a rope's ledger. The node implements it over ledger::Reader; tests
// over a map.
//
// Threads: any. Errors: only storage fails (io, corrupt).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "admission/answer.hpp"
#include "base/error.hpp"
#include "execution/execute.hpp"
#include "state/state_view.hpp"

namespace ropenet::admission {

/// The rope after its last committed block.
struct Head {
    // Shared with all readers of that height until the next block replaces it.
    std::shared_ptr<const state::Reader> state;
    std::int64_t time_ms = 0;
};

class LedgerFacts {
  public:
    virtual ~LedgerFacts() = default;

    virtual Head head() const = 0;
    /// Ids whose expiry has not passed; consistent with head().
    virtual const execution::RecordedIds& recorded_ids() const = 0;
    /// How many recorded_ids() remembers.
    virtual std::size_t recorded_id_count() const = 0;
    /// However long ago it was recorded.
    virtual Result<std::optional<RecordedTx>> find_recorded(const Hash32& tx_id) const = 0;
};

}  // namespace ropenet::admission
