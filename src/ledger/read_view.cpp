#include "ledger/read_view.hpp"

#include "crypto/hash.hpp"
#include "merkle/ics23.hpp"

namespace ropenet::ledger {

Result<std::optional<Bytes>> ReadView::find(BytesView full_key) const {
    return store_.value_at(full_key, at_.height);
}

Result<merkle::TreeUpdate> ReadView::root_after(const state::StateDiff& diff,
                                                std::uint64_t height) const {
    ROPE_TRY(const auto mine, past_.find(newest_, at_));
    if (!mine) {
        return fail(ErrorCode::busy, "the state tree of height " + std::to_string(at_.height) +
                                         " is gone; ask at a newer height");
    }
    return (*mine)->tree().updated(**mine, height, state::tree_changes(diff));
}

Result<std::optional<Bytes>> ReadView::prove(BytesView full_key) const {
    ROPE_TRY(const auto mine, past_.find(newest_, at_));
    if (!mine) return std::optional<Bytes>{};
    ROPE_TRY(Bytes proof, merkle::prove((*mine)->tree(), **mine, crypto::sha256(full_key)));
    return std::optional{std::move(proof)};
}

}  // namespace ropenet::ledger
