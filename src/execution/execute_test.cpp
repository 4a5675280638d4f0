#include "execution/execute.hpp"

#include <gtest/gtest.h>

#include <set>

#include "execution/testing/signed_tx.hpp"
#include "state/testing/fake_state.hpp"
#include "system/accounts.hpp"
#include "system/evidence.hpp"
#include "types/record.hpp"

namespace ropenet::execution {
namespace {

using testing::deposit_args;
using testing::kGenesisMs;
using testing::make_tx;
using testing::TxParts;

struct FakeIds final : RecordedIds {
    std::set<Hash32> ids;
    bool contains(const Hash32& tx_id) const override { return ids.contains(tx_id); }
};

// A rope after genesis; each test runs one block on it.
struct ExecuteTest : ::testing::Test {
    testing::Identity alice = testing::make_identity("alice", 1);
    testing::Identity office =
        testing::make_identity("office", 2, crypto::Alg::es256, "guiyang-gov");
    testing::Identity registrar = testing::make_identity("registrar", 3);
    testing::Identity stranger = testing::make_identity("stranger", 4);
    state::testing::FakeState state;
    FakeIds ids;
    std::uint64_t height = 0;
    std::uint64_t log_size = 1;

    ExecuteTest() {
        const Genesis genesis = testing::make_genesis({&alice, &office}, registrar);
        const auto first = execute_genesis(state, genesis, Hash32{7});
        state.apply(first->diff, first->tree);
    }

    BlockResult run(const std::vector<CheckedTx>& txs, std::int64_t time_ms = kGenesisMs + 1) {
        ++height;
        auto result = execute_block(state, ids,
                                    {.origin = testing::kOrigin,
                                     .height = height,
                                     .time_ms = time_ms,
                                     .log_size = log_size,
                                     .txs = txs});
        EXPECT_TRUE(result);
        BlockResult done = *std::move(result);
        state.apply(done.diff, done.tree);
        log_size += done.records.size();
        return done;
    }

    static const Outcome& outcome(const BlockResult& block, std::size_t i) {
        return std::get<Recorded>(block.txs[i]).outcome;
    }
    static TxError rejection(const BlockResult& block, std::size_t i) {
        return std::get<TxError>(block.txs[i]);
    }
};

TEST_F(ExecuteTest, a_deposit_leaves_an_entry_a_tx_record_and_a_block_record) {
    const auto block = run({make_tx(alice, {.args = deposit_args("one")})});

    EXPECT_EQ(outcome(block, 0).code, OutcomeCode::applied);
    ASSERT_EQ(block.records.size(), 2U);
    const auto first = decode_record(block.records[0]);
    const auto last = decode_record(block.records[1]);
    ASSERT_TRUE(first && last);
    EXPECT_EQ(first->index, 1U);
    EXPECT_EQ(std::get<TxRecord>(first->body).outcome_digest, outcome_digest(outcome(block, 0)));
    EXPECT_EQ(std::get<BlockRecord>(last->body).record_count, 1U);
    EXPECT_EQ(std::get<BlockRecord>(last->body).state_root, block.tree.root());
    EXPECT_TRUE(*system::find_entry(state, alice.id(), crypto::sha256(view_of("one"))));
}

TEST_F(ExecuteTest, a_refusal_is_recorded_and_changes_nothing) {
    const Bytes before = to_bytes(run({make_tx(alice, {.args = deposit_args("one")})}).tree.root());

    const auto block = run({make_tx(alice, {.args = deposit_args("one"), .nonce = 1})});

    EXPECT_EQ(outcome(block, 0).rule, "evidence.exists");
    EXPECT_EQ(block.records.size(), 2U);
    EXPECT_EQ(to_bytes(block.tree.root()), before);
}

TEST_F(ExecuteTest, another_account_may_deposit_the_same_content) {
    const auto block = run({make_tx(alice, {.args = deposit_args("one")}),
                            make_tx(office, {.args = deposit_args("one")})});

    EXPECT_EQ(outcome(block, 1).code, OutcomeCode::applied);
}

TEST_F(ExecuteTest, the_order_in_the_block_decides_which_deposit_is_second) {
    const auto block = run({make_tx(alice, {.args = deposit_args("one"), .nonce = 2}),
                            make_tx(alice, {.args = deposit_args("one"), .nonce = 1})});

    EXPECT_EQ(outcome(block, 0).code, OutcomeCode::applied);
    EXPECT_EQ(outcome(block, 1).rule, "evidence.exists");
}

TEST_F(ExecuteTest, a_tx_of_another_rope_gets_no_record) {
    const auto block =
        run({make_tx(alice, {.origin = "dev.test/other", .args = deposit_args("one")})});

    EXPECT_EQ(rejection(block, 0), TxError::origin);
    EXPECT_TRUE(block.records.empty());
    EXPECT_TRUE(block.diff.empty());
}

TEST_F(ExecuteTest, a_tx_lives_to_its_last_millisecond_and_not_one_longer) {
    const std::int64_t now = kGenesisMs + 10;
    const auto block = run(
        {make_tx(alice, {.args = deposit_args("a"), .expires_at_ms = now}),
         make_tx(alice, {.args = deposit_args("b"), .expires_at_ms = now - 1}),
         make_tx(alice, {.args = deposit_args("c"), .expires_at_ms = now + kTxLifetimeMsMax}),
         make_tx(alice, {.args = deposit_args("d"), .expires_at_ms = now + kTxLifetimeMsMax + 1})},
        now);

    EXPECT_EQ(outcome(block, 0).code, OutcomeCode::applied);
    EXPECT_EQ(rejection(block, 1), TxError::expired);
    EXPECT_EQ(outcome(block, 2).code, OutcomeCode::applied);
    EXPECT_EQ(rejection(block, 3), TxError::expiry_too_far);
}

TEST_F(ExecuteTest, an_id_is_recorded_once_in_a_block_and_once_for_ever) {
    const Transaction tx = make_tx(alice, {.args = deposit_args("one")});
    const auto block = run({tx, tx});
    EXPECT_EQ(rejection(block, 1), TxError::duplicate);

    ids.ids.insert(tx.tx_id);
    EXPECT_EQ(rejection(run({tx}), 0), TxError::duplicate);
}

TEST_F(ExecuteTest, a_key_without_an_account_gets_no_record) {
    const auto block = run({make_tx(stranger, {.args = deposit_args("one")})});

    EXPECT_EQ(rejection(block, 0), TxError::unknown_account);
}

TEST_F(ExecuteTest, an_account_does_not_act_with_the_key_of_another) {
    Transaction tx = make_tx(alice, {.args = deposit_args("one")});
    tx.kid = office.signer->public_key().kid();

    EXPECT_EQ(rejection(run({tx}), 0), TxError::unknown_account);
}

TEST_F(ExecuteTest, what_failed_its_checks_before_keeps_that_reason) {
    const auto block = run({CheckedTx{Unexpected{TxError::signature}}});

    EXPECT_EQ(rejection(block, 0), TxError::signature);
}

TEST_F(ExecuteTest, an_unknown_action_is_refused_and_recorded) {
    const auto block = run({make_tx(alice, {.action = "withdraw", .args = cbor::Map{}}),
                            make_tx(alice, {.contract = "nothing", .args = cbor::Map{}})});

    EXPECT_EQ(outcome(block, 0).rule, "platform.unknown_action");
    EXPECT_EQ(outcome(block, 1).rule, "platform.unknown_action");
}

TEST_F(ExecuteTest, a_registered_account_acts_in_the_same_block) {
    const auto register_args = cbor::decode_value(encode_register_args(stranger.args));
    ASSERT_TRUE(register_args);
    const auto block =
        run({make_tx(registrar,
                     {.contract = "system.accounts", .action = "register", .args = *register_args}),
             make_tx(stranger, {.args = deposit_args("one")})});

    EXPECT_EQ(outcome(block, 0).code, OutcomeCode::applied);
    EXPECT_EQ(outcome(block, 1).code, OutcomeCode::applied);
}

TEST_F(ExecuteTest, genesis_makes_the_first_leaf_and_a_state_with_the_sentinel) {
    state::testing::FakeState empty;
    const auto first =
        execute_genesis(empty, testing::make_genesis({&alice}, registrar), Hash32{7});

    ASSERT_TRUE(first);
    ASSERT_EQ(first->records.size(), 1U);
    const auto leaf = decode_record(first->records[0]);
    ASSERT_TRUE(leaf);
    EXPECT_EQ(std::get<BlockRecord>(leaf->body).genesis_digest, Hash32{7});
    EXPECT_TRUE(first->diff.contains(state::full_key("system", "sentinel")));
}

TEST_F(ExecuteTest, admission_gets_the_same_reason_as_the_block) {
    const BlockInput now{.origin = testing::kOrigin,
                         .height = 1,
                         .time_ms = kGenesisMs + 1,
                         .log_size = 1,
                         .txs = {}};
    const auto known =
        why_not_recorded(state, ids, now, make_tx(alice, {.args = deposit_args("x")}));
    const auto unknown =
        why_not_recorded(state, ids, now, make_tx(stranger, {.args = deposit_args("x")}));

    EXPECT_EQ(*known, std::nullopt);
    EXPECT_EQ(*unknown, TxError::unknown_account);
}

}  // namespace
}  // namespace ropenet::execution
