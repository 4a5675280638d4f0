#include "ledger/read_view.hpp"

#include "crypto/hash.hpp"
#include "ledger/store.hpp"
#include "merkle/ics23.hpp"

namespace ropenet::ledger {

Result<std::optional<Bytes>> ReadView::find(BytesView full_key) const {
    return store_.value_at(full_key, at_.height);
}

Result<merkle::TreeUpdate> ReadView::root_after(const state::StateDiff& diff,
                                                std::uint64_t height) const {
    return merkle::update(store_, at_.state_version, height, state::tree_changes(diff));
}

Result<Bytes> ReadView::prove(BytesView full_key) const {
    return merkle::prove(store_, at_.state_version, crypto::sha256(full_key));
}

}  // namespace ropenet::ledger
