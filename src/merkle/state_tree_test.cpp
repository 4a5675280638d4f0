#include "merkle/state_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "crypto/hash.hpp"
#include "merkle/testing/memory_leaves.hpp"
#include "merkle/testing/naive_state_tree.hpp"

namespace ropenet::merkle {
namespace {

using testing::MemoryLeaves;
using testing::NaiveStateTree;

Hash32 numbered(std::string_view what, std::uint64_t i) {
    return crypto::sha256(view_of(std::string{what} + std::to_string(i)));
}

Hash32 key(std::uint64_t i) {
    return numbered("key", i);
}

Hash32 value(std::uint64_t i) {
    return numbered("value", i);
}

using ChangeMap = std::map<Hash32, std::optional<Hash32>>;

std::vector<TreeChange> in_order(const ChangeMap& changes) {
    std::vector<TreeChange> out;
    for (const auto& [k, v] : changes) {
        out.push_back({.key = k, .value = v});
    }
    return out;
}

/// A tree with its leaves stored, and what its root should be.
struct StateTreeTest : ::testing::Test {
    MemoryLeaves leaves;
    StateTree tree;
    std::uint64_t version = 0;
    NaiveStateTree naive;

    TreeUpdate commit(const ChangeMap& changes) {
        version += 3;
        auto result = tree.updated(leaves, version, in_order(changes));
        EXPECT_TRUE(result);
        if (!result) return {};
        leaves.apply(*result);
        tree = result->tree;
        for (const auto& [k, v] : changes) {
            if (v) {
                naive.set(k, *v);
            } else {
                naive.erase(k);
            }
        }
        return *std::move(result);
    }

    void commit_numbered(std::uint64_t count) {
        ChangeMap all;
        for (std::uint64_t i = 0; i < count; ++i) {
            all[key(i)] = value(i);
        }
        commit(all);
    }
};

TEST_F(StateTreeTest, of_nothing_has_the_placeholder_as_root) {
    EXPECT_EQ(text_of(tree.root()), "SPARSE_MERKLE_PLACEHOLDER_HASH__");
    EXPECT_EQ(tree.size(), 0U);
}

TEST_F(StateTreeTest, of_one_pair_is_that_leaf) {
    commit({{key(1), value(1)}});

    const Hash32 leaf = crypto::sha256({view_of("JMT::LeafNode"), BytesView{crypto::sha256(key(1))},
                                        BytesView{crypto::sha256(value(1))}});
    EXPECT_EQ(tree.root(), leaf);
}

TEST_F(StateTreeTest, keeps_its_root_without_changes) {
    commit({{key(1), value(1)}, {key(2), value(2)}});

    const auto same = tree.updated(leaves, 100, {});

    ASSERT_TRUE(same);
    EXPECT_EQ(same->root(), naive.root());
    EXPECT_TRUE(same->changes.empty());
}

TEST_F(StateTreeTest, shares_all_of_it_when_changes_change_nothing) {
    commit_numbered(200);

    const TreeUpdate update =
        commit({{key(7), value(7)}, {key(9), value(9)}, {key(1000), std::nullopt}});

    EXPECT_EQ(update.root(), naive.root());
    EXPECT_EQ(update.changes.size(), 3U);
}

TEST_F(StateTreeTest, names_its_changes_in_the_order_of_positions) {
    const TreeUpdate update =
        commit({{key(1), value(1)}, {key(2), std::nullopt}, {key(3), value(3)}});

    ASSERT_EQ(update.changes.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(update.changes, {}, &PlacedChange::position));
    for (const PlacedChange& it : update.changes)
        EXPECT_EQ(it.position, crypto::sha256(it.change.key));
}

TEST_F(StateTreeTest, has_the_defined_root_after_any_inserts_updates_and_deletes) {
    std::mt19937_64 random{20170328};
    for (int round = 0; round < 120; ++round) {
        ChangeMap changes;
        const std::uint64_t count = random() % (round % 10 == 0 ? 80 : 6) + 1;
        for (std::uint64_t i = 0; i < count; ++i) {
            const Hash32 k = key(random() % 150);
            changes[k] = random() % 3 == 0 ? std::nullopt : std::optional{value(random() % 5)};
        }
        commit(changes);
        ASSERT_EQ(tree.root(), naive.root()) << round;
        ASSERT_EQ(tree.size(), leaves.leaves.size());
    }
}

TEST_F(StateTreeTest, has_the_defined_root_whatever_part_of_it_is_in_memory) {
    std::mt19937_64 random{1};
    commit_numbered(2'000);
    for (int round = 0; round < 60; ++round) {
        if (round % 3 == 0) tree = tree.forget_older(version - random() % 9);
        if (round % 20 == 7) tree = *StateTree::load(leaves, random() % 2'500);
        ChangeMap changes;
        for (int i = 0; i < 20; ++i) {
            changes[key(random() % 2'500)] =
                random() % 3 == 0 ? std::nullopt : std::optional{value(random() % 5)};
        }
        commit(changes);
        ASSERT_EQ(tree.root(), naive.root()) << round;
        ASSERT_EQ(tree.size(), leaves.leaves.size());
    }
}

TEST_F(StateTreeTest, has_a_root_that_does_not_tell_order_or_history) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 300; ++i) {
        all[key(i)] = value(i);
    }
    const Hash32 at_once = StateTree{}.updated(leaves, 1, in_order(all))->root();

    for (std::uint64_t i = 300; i > 0; --i) {
        commit({{key(i - 1), value(i)}, {key(1000 + i), value(i)}});
    }
    for (std::uint64_t i = 1; i <= 300; ++i) {
        commit({{key(i - 1), value(i - 1)}, {key(1000 + i), std::nullopt}});
    }

    EXPECT_EQ(tree.root(), at_once);
}

TEST_F(StateTreeTest, is_empty_again_when_all_is_deleted) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 50; ++i) {
        all[key(i)] = value(i);
    }
    commit(all);
    for (auto& [k, v] : all) {
        v = std::nullopt;
    }
    commit(all);

    EXPECT_EQ(tree.root(), empty_state_root());
    commit({{key(3), value(3)}});
    EXPECT_EQ(tree.root(), naive.root());
}

TEST_F(StateTreeTest, knows_without_its_leaves_what_is_not_there) {
    ChangeMap changes;
    for (std::uint64_t i = 0; i < 200; ++i)
        changes[key(i)] = value(i);
    commit(changes);
    commit({{key(7), std::nullopt}});
    const auto position = [](std::uint64_t i) { return crypto::sha256(key(i)); };
    for (std::uint64_t i = 0; i < 400; ++i)
        EXPECT_EQ(tree.may_hold(position(i)), i < 200 && i != 7) << i;

    // Where it is not in memory it does not claim absence.
    const StateTree forgotten = tree.forget_older(version + 1);
    ASSERT_LT(forgotten.loaded(), tree.loaded());
    for (std::uint64_t i = 0; i < 200; ++i)
        EXPECT_TRUE(forgotten.may_hold(position(i)) || i == 7) << i;
}

TEST_F(StateTreeTest, leaves_the_trees_before_an_update_as_they_were) {
    std::mt19937_64 random{7};
    std::vector<std::pair<StateTree, Hash32>> before;
    for (int round = 0; round < 40; ++round) {
        ChangeMap changes;
        for (int i = 0; i < 8; ++i) {
            changes[key(random() % 100)] =
                random() % 4 == 0 ? std::nullopt : std::optional{value(random())};
        }
        commit(changes);
        before.emplace_back(tree, naive.root());
    }
    for (const auto& [old, root] : before)
        EXPECT_EQ(old.root(), root);
}

TEST_F(StateTreeTest, is_the_same_when_it_is_made_again_from_its_leaves) {
    for (const std::uint64_t count : {0U, 1U, 2U, 3U, 40U, 700U}) {
        leaves = {};
        tree = {};
        naive = {};
        commit_numbered(count);
        EXPECT_EQ(StateTree::load(leaves, 10'000)->root(), naive.root()) << count;
        EXPECT_EQ(StateTree::load(leaves, 0)->root(), naive.root()) << count;
    }
}

TEST_F(StateTreeTest,
       keeps_no_more_leaves_in_memory_than_it_is_told_but_for_those_that_stand_high) {
    commit_numbered(5'000);

    EXPECT_EQ(StateTree::load(leaves, 5'000)->loaded(), 5'000U);
    EXPECT_LT(StateTree::load(leaves, 1'000)->loaded(), 1'100U);
    EXPECT_EQ(tree.loaded(), 5'000U);
    EXPECT_EQ(tree.forget_older(version).loaded(), 5'000U);
    EXPECT_LT(tree.forget_older(version + 1).loaded(), 100U);
}

TEST_F(StateTreeTest, reports_the_storage_error_of_what_it_must_load) {
    commit_numbered(500);
    tree = tree.forget_older(version + 1);
    leaves.failure = Error{.code = ErrorCode::io, .what = "disk"};

    EXPECT_EQ(tree.updated(leaves, 100, in_order({{key(5), value(6)}})).error().code,
              ErrorCode::io);
    EXPECT_EQ(StateTree::load(leaves, 10).error().code, ErrorCode::io);
}

TEST_F(StateTreeTest, refuses_stored_leaves_that_are_not_its_own) {
    commit_numbered(500);
    tree = tree.forget_older(version + 1);
    const auto whole = leaves.leaves;
    const auto code = [&] {
        return tree.updated(leaves, 100, in_order({{key(5), value(6)}})).error().code;
    };

    for (auto& [position, leaf] : leaves.leaves)
        leaf.value[0] ^= 1;
    EXPECT_EQ(code(), ErrorCode::corrupt);
    leaves.leaves = whole;
    leaves.leaves.erase(crypto::sha256(key(5)));
    EXPECT_EQ(code(), ErrorCode::corrupt);
    leaves.leaves.clear();
    EXPECT_EQ(code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace ropenet::merkle
