// Rows of transactions one after another: what was read together is kept for the next.
//
// One thread; must not outlive the store. Errors: io, corrupt.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/store.hpp"

namespace ropenet::ledger {

class RowReader {
  public:
    explicit RowReader(const Store& store) : cursor_{store.kv().cursor(id_of(Column::txs))} {}

    /// Absent where no row stands.
    Result<std::optional<TxRow>> at(std::uint64_t index);

  private:
    bool holds(std::uint64_t index) const { return index - first_ < count_; }

    storage::KvCursor cursor_;
    std::uint64_t first_ = 0;  // of the chunk that the cursor stands on
    std::size_t count_ = 0;
};

}  // namespace ropenet::ledger
