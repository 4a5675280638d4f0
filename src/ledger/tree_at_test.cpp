// Goal: a proof at any height within the window says what that height had. Method: a store with
// random writes, every height's root and values remembered.
#include "ledger/tree_at.hpp"

#include <gtest/gtest.h>

#include <random>

#include "crypto/hash.hpp"
#include "ledger/block_batch.hpp"
#include "ledger/read_view.hpp"
#include "merkle/ics23.hpp"
#include "storage/testing/temp_folder.hpp"
#include "verify/state_proof.hpp"

namespace ropenet::ledger {
namespace {

Bytes key_of(std::uint64_t number) {
    return state::full_key("test", std::to_string(number));
}

using Values = std::map<Bytes, Bytes>;

struct TreeAtTest : ::testing::Test {
    storage::testing::TempFolder folder;
    storage::KvEnvironment kv;
    std::unique_ptr<Store> store = open();
    HeadState head{*store, 10'000};
    HeightSummary at;
    std::vector<std::pair<HeightSummary, Values>> heights;
    Values values;
    std::mt19937_64 random{3};

    std::unique_ptr<Store> open() {
        auto opened = Store::open(kv, folder / "state");
        EXPECT_TRUE(opened);
        return *std::move(opened);
    }

    void commit(const state::StateDiff& diff) {
        Finalized block;
        block.before = at;
        block.at = at;
        ++block.at.height;
        block.at.state_version = block.at.height;
        block.result.diff = diff;
        auto tree = head.root_after(diff, block.at.height);
        ASSERT_TRUE(tree);
        block.result.tree = *std::move(tree);
        block.at.state_root = block.result.tree.root();
        const auto batch = batch_of(head, block);
        ASSERT_TRUE(batch);
        ASSERT_TRUE(store->write(*batch));
        at = block.at;
        head.advance(at, diff, block.result.tree);
        for (const auto& [key, value] : diff) {
            values.erase(key);
            if (value) values.emplace(key, *value);
        }
        heights.emplace_back(at, values);
    }

    void commit_random(std::size_t writes) {
        state::StateDiff diff;
        for (std::size_t i = 0; i < writes; ++i) {
            const Bytes key = key_of(random() % 60);
            diff[key] = random() % 4 == 0
                            ? std::nullopt
                            : std::optional{to_bytes(view_of(std::to_string(random())))};
        }
        commit(diff);
    }

    TreeAtPtr newest() const { return std::make_shared<const TreeAt>(*store, head.tree(), at); }

    void expect_proofs(const TreeAtPtr& tree, const HeightSummary& then, const Values& had) const {
        for (std::uint64_t i = 0; i < 70; ++i) {
            const Bytes key = key_of(i);
            const auto proof = merkle::prove(tree->tree(), *tree, crypto::sha256(key));
            ASSERT_TRUE(proof) << proof.error().what;
            const auto it = had.find(key);
            verify::StateClaim claim{.key = key, .value = std::nullopt};
            if (it != had.end()) claim.value = it->second;
            EXPECT_TRUE(verify::verify_state_proof(*proof, claim, then.state_root))
                << "height " << then.height << ", key " << i;
        }
    }
};

TEST_F(TreeAtTest, proves_what_each_height_had) {
    for (int i = 0; i < 25; ++i)
        commit_random(8);
    const TreeAtPtr now = newest();
    commit_random(8);  // the store goes on beneath

    expect_proofs(now, heights[24].first, heights[24].second);
    for (std::size_t i = 0; i < 24; i += 3) {
        const auto then = TreeAt::before(now, heights[i].first);
        ASSERT_TRUE(then && *then) << then.error().what;
        expect_proofs(**then, heights[i].first, heights[i].second);
    }
}

TEST_F(TreeAtTest, reads_what_each_height_had_of_keys_that_were_erased_and_written_again) {
    for (int i = 0; i < 60; ++i)
        commit_random(12);
    for (const auto& [then, had] : heights) {
        for (std::uint64_t i = 0; i < 60; ++i) {
            const auto value = store->value_at(key_of(i), then.height);
            ASSERT_TRUE(value) << value.error().what;
            const auto it = had.find(key_of(i));
            const auto expected = it == had.end() ? std::nullopt : std::optional{it->second};
            EXPECT_EQ(*value, expected) << "height " << then.height << ", key " << i;
        }
    }
}

TEST_F(TreeAtTest, proves_the_same_when_its_tree_is_not_in_memory) {
    for (int i = 0; i < 10; ++i)
        commit_random(20);
    const auto forgotten = head.tree().forget_older(at.height + 1);
    const auto now = std::make_shared<const TreeAt>(*store, forgotten, at);

    const auto then = TreeAt::before(now, heights[2].first);

    ASSERT_TRUE(then && *then) << then.error().what;
    expect_proofs(**then, heights[2].first, heights[2].second);
}

TEST_F(TreeAtTest, undoes_as_many_changes_as_its_limit_and_not_one_more) {
    commit({{key_of(1), Bytes{1}}});
    commit({{key_of(2), Bytes{1}}, {key_of(3), Bytes{1}}});
    commit({{key_of(3), Bytes{2}}, {key_of(4), Bytes{1}}});

    const auto at_limit = TreeAt::before(newest(), heights[0].first, 3);
    const auto past_limit = TreeAt::before(newest(), heights[0].first, 2);

    ASSERT_TRUE(at_limit && past_limit);
    EXPECT_TRUE(*at_limit);
    EXPECT_FALSE(*past_limit);
}

TEST_F(TreeAtTest, refuses_changes_that_do_not_lead_back) {
    commit({{key_of(1), Bytes{1}}});
    commit({{key_of(2), Bytes{1}}});
    HeightSummary wrong = heights[0].first;
    wrong.state_root[0] ^= 1;

    const auto then = TreeAt::before(newest(), wrong);

    ASSERT_FALSE(then);
    EXPECT_EQ(then.error().code, ErrorCode::corrupt);
}

TEST_F(TreeAtTest, makes_an_earlier_tree_once) {
    for (int i = 0; i < 5; ++i)
        commit_random(8);
    PastTrees past;

    const auto first = past.find(newest(), heights[1].first);
    const auto again = past.find(newest(), heights[1].first);
    const auto now = newest();

    ASSERT_TRUE(first && *first && again && *again);
    EXPECT_EQ(**first, **again);
    EXPECT_EQ(**past.find(now, at), now);
}

TEST_F(TreeAtTest, is_the_head_s_tree_again_after_a_start) {
    for (int i = 0; i < 10; ++i)
        commit_random(20);

    HeadState again{*store, 10'000};
    ASSERT_TRUE(again.load(at));
    EXPECT_EQ(again.tree().root(), head.tree().root());

    HeightSummary wrong = at;
    wrong.state_root[0] ^= 1;
    EXPECT_EQ(again.load(wrong).error().code, ErrorCode::corrupt);
}

TEST_F(TreeAtTest, stays_right_when_fewer_leaves_fit_in_memory_than_there_are) {
    HeadState small{*store, 50};
    for (int i = 0; i < 40; ++i) {
        state::StateDiff diff;
        for (int write = 0; write < 10; ++write)
            diff[key_of(random() % 1'000)] = Bytes{static_cast<std::uint8_t>(i)};
        const auto tree = small.root_after(diff, at.height + 1);
        ASSERT_TRUE(tree) << tree.error().what;
        commit(diff);
        small.advance(at, diff, *tree);
        ASSERT_EQ(small.tree().root(), at.state_root);
    }
}

}  // namespace
}  // namespace ropenet::ledger
