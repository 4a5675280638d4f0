// The state tree after one height, with the leaves it had: what proofs are made from.
//
// The newest one reads the store as it was when the height was published. An earlier one is the
// newest with every later change undone: as costly as there are changes, so it is made for a
// bounded number of them and a few are kept.
//
// Threads: immutable; any thread. Errors: io, corrupt.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "concurrency/mutex.hpp"
#include "ledger/height_summary.hpp"
#include "ledger/store.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::ledger {

/// State changes that are undone for one proof; beyond, only values can be read.
inline constexpr std::size_t kUndoneMax = 65'536;

class TreeAt;
using TreeAtPtr = std::shared_ptr<const TreeAt>;

class TreeAt final : public merkle::LeafReader {
  public:
    /// The newest: the store stands at that height now.
    TreeAt(const Store& store, merkle::StateTree tree, const HeightSummary& at);

    /// As it was after an earlier height that is still whole in the store; absent if more than
    /// `undone_max` changes lie between.
    static Result<std::optional<TreeAtPtr>> before(const TreeAtPtr& newer, const HeightSummary& at,
                                                   std::size_t undone_max = kUndoneMax);

    /// The last height that changed the state.
    std::uint64_t state_version() const { return state_version_; }
    const merkle::StateTree& tree() const { return tree_; }

    Result<std::optional<merkle::TreeLeaf>> find_leaf(const Hash32& position) const override;
    Result<std::vector<merkle::PlacedLeaf>> leaves_below(const Hash32& prefix,
                                                         unsigned depth) const override;

  private:
    using Undone = std::map<Hash32, std::optional<merkle::TreeLeaf>>;  // by position

    struct Past;

    explicit TreeAt(Past&& past);

    const Store& store_;
    std::shared_ptr<const storage::KvSnapshot> snapshot_;
    std::uint64_t height_;  // of the snapshot
    std::uint64_t state_version_;
    Undone undone_;
    merkle::StateTree tree_;
};

/// The last few earlier trees that were asked for.
class PastTrees {
  public:
    Result<std::optional<TreeAtPtr>> find(const TreeAtPtr& newer, const HeightSummary& at)
        ROPE_EXCLUDES(mutex_);

  private:
    static constexpr std::size_t kTreesMax = 4;

    Mutex mutex_;
    std::deque<TreeAtPtr> trees_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::ledger
