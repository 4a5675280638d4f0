#include "ledger/head_state.hpp"

#include <iterator>
#include <utility>

namespace ropenet::ledger {

Result<std::optional<Store::Newest>> HeadState::newest(BytesView full_key) const {
    std::string key{text_of(full_key)};
    if (const auto it = kept_.find(key); it != kept_.end()) return it->second;
    if (const auto it = read_.find(key); it != read_.end()) return it->second;
    std::optional<Store::Newest> found;
    // Most reads of a block are for keys that are not there yet, and memory knows that.
    if (tree_.may_hold(merkle::position_of_full_key(full_key))) {
        ROPE_TRY(found, store_.newest_value(full_key));
    }
    return read_.emplace(std::move(key), std::move(found)).first->second;
}

Result<std::optional<Bytes>> HeadState::find(BytesView full_key) const {
    ROPE_TRY(auto found, newest(full_key));
    if (!found) return std::optional<Bytes>{};
    return std::move(found->value);
}

Result<merkle::TreeUpdate> HeadState::root_after(const state::StateDiff& diff,
                                                 std::uint64_t height) const {
    return tree_.updated(store_, height, state::tree_changes(diff));
}

Result<void> HeadState::load(const HeightSummary& at) {
    ROPE_TRY(tree_, merkle::StateTree::load(store_, leaves_max_));
    loaded_ = tree_.loaded();
    if (tree_.root() == at.state_root) return {};
    return fail(ErrorCode::corrupt, "the state's leaves do not lead to the root of height " +
                                        std::to_string(at.height) + "; run `ropenet node repair`");
}

void HeadState::advance(const HeightSummary& at, const state::StateDiff& diff,
                        const merkle::TreeUpdate& update) {
    remember(diff);
    if (at.state_version != at.height) return;
    tree_ = update.tree;
    // One that is changed may have been loaded together with its neighbours.
    loaded_ += update.changes.size() * (tree_.size() > leaves_max_ ? merkle::kPartLeaves : 1);
    if (loaded_ > leaves_max_) trim(at.state_version);
}

void HeadState::remember(const state::StateDiff& diff) {
    for (const auto& [full_key, value] : diff) {
        const std::string key{text_of(full_key)};
        kept_.erase(key);
        read_.erase(key);
    }
    if (kept_.size() + read_.size() > kKeptMax) kept_.clear();
    for (auto it = read_.begin(); it != read_.end() && kept_.size() < kKeptMax;) {
        const auto next = std::next(it);
        if (it->second) kept_.insert(read_.extract(it));
        it = next;
    }
    read_.clear();
}

/// Keeps what was used since the last time; if that is still too much, what the newest update used.
void HeadState::trim(std::uint64_t version) {
    loaded_ = tree_.loaded();
    if (loaded_ <= leaves_max_) return;
    tree_ = tree_.forget_older(std::exchange(trimmed_at_, version));
    loaded_ = tree_.loaded();
    if (loaded_ <= leaves_max_ / 4 * 3) return;
    tree_ = tree_.forget_older(version);
    loaded_ = tree_.loaded();
}

}  // namespace ropenet::ledger
