// Changes laid over something readable, kept until they are taken or dropped.
//
// A block has one overlay over the state; each tx gets its own over the block's, absorbed only when
// the tx is applied, so a refused tx needs no undoing. One thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "state/state_view.hpp"

namespace ropenet::state {

class Overlay final : public Reader {
  public:
    /// `base` must outlive the overlay.
    explicit Overlay(const Reader& base) : base_{base} {}
    // Laying one over another must never become a copy of it.
    Overlay(const Overlay&) = delete;
    Overlay& operator=(const Overlay&) = delete;

    Result<std::optional<Bytes>> find(BytesView full_key) const override;
    void put(Bytes full_key, Bytes value) { changes_[std::move(full_key)] = std::move(value); }
    void erase(Bytes full_key) { changes_[std::move(full_key)] = std::nullopt; }

    /// Takes over the changes of an overlay that stood on this one.
    void absorb(Overlay&& upper);

    const StateDiff& changes() const { return changes_; }
    StateDiff take() && { return std::move(changes_); }

  private:
    const Reader& base_;
    StateDiff changes_;
};

}  // namespace ropenet::state
