#include "ledger/head_state.hpp"

#include <algorithm>
#include <utility>

namespace ropenet::ledger {

Result<std::optional<Store::Newest>> HeadState::newest(BytesView full_key) const {
    std::string key{text_of(full_key)};
    if (const auto it = read_.find(key); it != read_.end()) return it->second;
    ROPE_TRY(auto found, store_.newest_value(full_key));
    return read_.emplace(std::move(key), std::move(found)).first->second;
}

Result<std::optional<Bytes>> HeadState::find(BytesView full_key) const {
    ROPE_TRY(auto found, newest(full_key));
    if (!found) return std::optional<Bytes>{};
    return std::move(found->value);
}

Result<merkle::TreeUpdate> HeadState::root_after(const state::StateDiff& diff,
                                                 std::uint64_t height) const {
    const auto base = at_ ? std::optional{at_->state_version} : std::nullopt;
    return merkle::update(store_, base, height, state::tree_changes(diff), top_);
}

void HeadState::advance(const HeightSummary& at, const merkle::TreeUpdate& update) {
    at_ = at;
    read_.clear();
    if (!update.top) return;
    top_ = update.top;
    nodes_ += update.nodes_read + update.new_nodes.size();
    nodes_ -= std::min(nodes_, update.stale_nodes.size());
    if (nodes_ > kNodesMax) trim(at.state_version);
}

/// Keeps what was used since the last time; if that is still too much, what the newest update used.
void HeadState::trim(std::uint64_t version) {
    nodes_ = merkle::forget_unused(*top_, std::exchange(trimmed_at_, version));
    if (nodes_ > kNodesMax / 4 * 3) nodes_ = merkle::forget_unused(*top_, version);
}

}  // namespace ropenet::ledger
