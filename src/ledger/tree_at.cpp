#include "ledger/tree_at.hpp"

#include <algorithm>
#include <utility>

#include "crypto/hash.hpp"

namespace ropenet::ledger {

/// An earlier tree in the making: the newer one's leaves with some undone.
struct TreeAt::Past {
    TreeAtPtr newer;
    std::uint64_t state_version = 0;
    Undone undone;
    std::vector<merkle::TreeChange> changes;

    /// False when there are too many.
    Result<bool> undo(std::uint64_t height, std::size_t undone_max) {
        Result<void> failed;
        bool few = true;
        const auto visit = [&](BytesView full_key, bool replaced) {
            const merkle::TreeChange change = merkle::change_of(full_key, std::nullopt);
            const Hash32 position = crypto::sha256(change.key);
            // The first change after the height tells what the height had.
            const auto [it, first] = undone.try_emplace(position);
            few = undone.size() <= undone_max;
            if (!few) return storage::Go::stop;
            if (!first) return storage::Go::on;
            changes.push_back(change);
            if (replaced) failed = put_old(full_key, height, it->second);
            return failed ? storage::Go::on : storage::Go::stop;
        };
        ROPE_DO(newer->store_.changed_after(height, newer->height_, visit, *newer->snapshot_));
        ROPE_DO(failed);
        return few;
    }

    Result<void> put_old(BytesView full_key, std::uint64_t height,
                         std::optional<merkle::TreeLeaf>& leaf) {
        ROPE_TRY(const auto value, newer->store_.value_at(full_key, height));
        if (!value) return {};
        merkle::TreeChange& change = changes.back();
        change = merkle::change_of(full_key, value);
        leaf = merkle::TreeLeaf{.key = change.key, .value = *change.value};
        return {};
    }

    Result<merkle::StateTree> tree() {
        std::ranges::sort(changes, {}, &merkle::TreeChange::key);
        ROPE_TRY(merkle::TreeUpdate update,
                 newer->tree_.updated(*newer, newer->state_version_, changes));
        return std::move(update.tree);
    }
};

TreeAt::TreeAt(const Store& store, merkle::StateTree tree, const HeightSummary& at)
    : store_{store},
      snapshot_{store.kv().snapshot()},
      height_{at.height},
      state_version_{at.state_version},
      tree_{std::move(tree)} {}

TreeAt::TreeAt(Past&& past)
    : store_{past.newer->store_},
      snapshot_{past.newer->snapshot_},
      height_{past.newer->height_},
      state_version_{past.state_version},
      undone_{std::move(past.undone)} {}

Result<std::optional<TreeAtPtr>> TreeAt::before(const TreeAtPtr& newer, const HeightSummary& at,
                                                std::size_t undone_max) {
    Past past{.newer = newer, .state_version = at.state_version, .undone = {}, .changes = {}};
    ROPE_TRY(const bool few, past.undo(at.height, undone_max));
    if (!few) return std::optional<TreeAtPtr>{};
    ROPE_TRY(merkle::StateTree tree, past.tree());
    if (tree.root() != at.state_root) {
        return fail(ErrorCode::corrupt,
                    "the state of height " + std::to_string(at.height) +
                        " cannot be made again from its changes; run `ropenet node repair`");
    }
    std::shared_ptr<TreeAt> made{new TreeAt{std::move(past)}};
    made->tree_ = std::move(tree);
    return std::optional{TreeAtPtr{std::move(made)}};
}

Result<std::optional<merkle::TreeLeaf>> TreeAt::find_leaf(const Hash32& position) const {
    const auto it = undone_.find(position);
    if (it != undone_.end()) return it->second;
    return store_.leaf_at(position, snapshot_.get());
}

Result<std::vector<merkle::PlacedLeaf>> TreeAt::leaves_below(const Hash32& prefix,
                                                             unsigned depth) const {
    ROPE_TRY(auto leaves, store_.leaves_at(prefix, depth, snapshot_.get()));
    const PositionRange range = positions_below(prefix, depth);
    const auto from = undone_.lower_bound(range.first);
    const auto to = undone_.upper_bound(range.last);
    if (from == to) return leaves;
    std::map<Hash32, merkle::TreeLeaf> merged;
    for (const auto& it : leaves)
        merged.emplace(it.position, it.leaf);
    for (auto it = from; it != to; ++it) {
        if (it->second) {
            merged.insert_or_assign(it->first, *it->second);
        } else {
            merged.erase(it->first);
        }
    }
    leaves.clear();
    for (const auto& [position, leaf] : merged)
        leaves.push_back({.position = position, .leaf = leaf});
    return leaves;
}

Result<std::optional<TreeAtPtr>> PastTrees::find(const TreeAtPtr& newer, const HeightSummary& at) {
    if (newer->state_version() == at.state_version) return std::optional{newer};
    // Held while one is made: whoever asks for the same waits for it, and nobody makes two at once.
    const MutexLock lock{mutex_};
    const auto kept = std::ranges::find(
        trees_, at.state_version, [](const TreeAtPtr& tree) { return tree->state_version(); });
    if (kept != trees_.end()) return std::optional{*kept};
    ROPE_TRY(auto made, TreeAt::before(newer, at));
    if (!made) return made;
    trees_.push_front(*made);
    if (trees_.size() > kTreesMax) trees_.pop_back();
    return made;
}

}  // namespace ropenet::ledger
