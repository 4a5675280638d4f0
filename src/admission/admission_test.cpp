// Goal: each way through admission ends in its one answer. Method: a ledger and an engine in
// memory, real signatures, a clock that the test moves.
#include "admission/admission.hpp"

#include <gtest/gtest.h>

#include <future>

#include "admission/testing/fake_ledger.hpp"
#include "concurrency/testing/manual_clock.hpp"

namespace ropenet::admission {
namespace {

using execution::testing::deposit_args;
using execution::testing::Identity;
using execution::testing::kGenesisMs;
using execution::testing::make_identity;
using execution::testing::sign_tx;

constexpr std::chrono::milliseconds kWait{5'000};

struct AdmissionTest : ::testing::Test {
    Identity alice = make_identity("alice", 1);
    Identity bob = make_identity("bob", 2, crypto::Alg::sm2);
    Identity registrar = make_identity("registrar", 3);
    Identity stranger = make_identity("stranger", 4);
    testing::FakeLedger ledger{execution::testing::make_genesis({&alice, &bob}, registrar)};
    testing::FakeEngine engine;
    WorkerPool workers{{.name = "test", .threads = 2}};
    ropenet::testing::ManualClock clock{kGenesisMs + 1};
    AdmissionLimits limits{.pending = {.txs_max = 40, .bytes_max = 1'000'000, .account_share = 4}};
    std::optional<Admission> admission;
    std::uint64_t nonce = 0;

    AdmissionTest() { restart(); }
    void restart() {
        admission.emplace(std::string{execution::testing::kOrigin},
                          AdmissionParts{ledger, engine, workers, clock}, limits);
    }

    Bytes deposit(const Identity& who, std::string_view content) {
        return sign_tx(who, {.args = deposit_args(content),
                             .nonce = ++nonce,
                             .expires_at_ms = clock.wall_ms() + 60'000});
    }

    std::future<Submitted> send(Bytes tx, std::optional<std::chrono::milliseconds> wait = {}) {
        auto promise = std::make_shared<std::promise<Submitted>>();
        auto answer = promise->get_future();
        admission->submit(std::move(tx), wait,
                          [promise](const Submitted& submitted) { promise->set_value(submitted); });
        return answer;
    }
    Submitted ask(Bytes tx) { return send(std::move(tx)).get(); }
    TxError why_rejected(Bytes tx) {
        const Submitted submitted = ask(std::move(tx));
        EXPECT_TRUE(submitted && submitted->status == TxStatus::rejected);
        return submitted && submitted->error ? *submitted->error : TxError::duplicate;
    }
    static void expect_queued(const Submitted& submitted) { EXPECT_TRUE(submitted); }
    void commit_all() { ledger.commit(*admission, engine.take(), clock.wall_ms()); }
};

TEST_F(AdmissionTest, a_good_tx_is_pending_and_the_engine_has_its_bytes) {
    const Bytes tx = deposit(alice, "one");
    const Submitted submitted = ask(tx);

    ASSERT_TRUE(submitted);
    EXPECT_EQ(submitted->status, TxStatus::pending);
    EXPECT_EQ(engine.take(), std::vector<Bytes>{tx});
}

TEST_F(AdmissionTest, who_waits_is_told_when_it_commits_and_when_it_is_refused) {
    auto first = send(deposit(alice, "one"), kWait);
    while (engine.size() == 0)
        std::this_thread::yield();
    commit_all();
    clock.advance_ms(10);
    EXPECT_EQ(first.get()->status, TxStatus::committed);

    auto second = send(deposit(alice, "one"), kWait);
    while (engine.size() == 0)
        std::this_thread::yield();
    commit_all();
    const Submitted refused = second.get();
    EXPECT_EQ(refused->status, TxStatus::refused);
    EXPECT_EQ(refused->recorded->outcome.rule, "evidence.exists");
}

TEST_F(AdmissionTest, who_waits_too_long_is_told_that_it_is_pending) {
    auto waiting = send(deposit(alice, "one"), kWait);
    while (engine.size() == 0)
        std::this_thread::yield();
    clock.advance_ms(kWait.count());
    admission->answer_due_waiters();

    EXPECT_EQ(waiting.get()->status, TxStatus::pending);
}

TEST_F(AdmissionTest, each_broken_tx_is_rejected_with_its_reason_and_nothing_is_queued) {
    EXPECT_EQ(why_rejected({1, 2, 3}), TxError::malformed);
    EXPECT_EQ(why_rejected(sign_tx(alice, {.origin = "dev.test/other", .args = cbor::Map{}})),
              TxError::origin);
    EXPECT_EQ(
        why_rejected(sign_tx(alice, {.args = cbor::Map{}, .expires_at_ms = clock.wall_ms() - 1})),
        TxError::expired);
    EXPECT_EQ(why_rejected(deposit(stranger, "x")), TxError::unknown_account);
    Bytes forged = deposit(alice, "x");
    forged.back() ^= 1U;
    EXPECT_EQ(why_rejected(forged), TxError::signature);
    EXPECT_EQ(engine.size(), 0U);
}

TEST_F(AdmissionTest, an_sm2_signature_is_checked_too) {
    EXPECT_EQ(ask(deposit(bob, "x"))->status, TxStatus::pending);
    Bytes forged = deposit(bob, "y");
    forged.back() ^= 1U;
    EXPECT_EQ(why_rejected(forged), TxError::signature);
}

TEST_F(AdmissionTest, the_same_tx_while_pending_is_queued_once) {
    const Bytes tx = deposit(alice, "one");
    expect_queued(ask(tx));
    const Submitted again = ask(tx);

    EXPECT_EQ(again->status, TxStatus::pending);
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(engine.size(), 1U);
}

TEST_F(AdmissionTest, a_recorded_tx_sent_again_gets_its_outcome_marked_duplicate) {
    const Bytes tx = deposit(alice, "one");
    expect_queued(ask(tx));
    commit_all();
    clock.advance_ms(400'000);  // long after its expiry
    const Submitted again = ask(tx);

    EXPECT_EQ(again->status, TxStatus::committed);
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->recorded->height, 1U);
    EXPECT_EQ(engine.size(), 0U);
}

TEST_F(AdmissionTest, one_account_gets_its_share_of_the_queue_and_not_one_more) {
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(ask(deposit(alice, std::to_string(i))));
    EXPECT_EQ(ask(deposit(alice, "more")).error(), Refused::account_share);
    EXPECT_TRUE(ask(deposit(bob, "mine")));
}

TEST_F(AdmissionTest, a_full_engine_is_said_and_nothing_stays_pending) {
    engine.set_full(true);
    const Bytes tx = deposit(alice, "one");
    EXPECT_EQ(ask(tx).error(), Refused::full);
    EXPECT_EQ(admission->counts().pending_txs, 0U);

    engine.set_full(false);
    EXPECT_EQ(ask(tx)->status, TxStatus::pending);
}

TEST_F(AdmissionTest, the_hundredth_refusal_of_an_account_in_an_hour_stops_it) {
    std::vector<std::pair<AccountId, std::int64_t>> refusals(kRefusalsPerHourMax - 1,
                                                             {alice.id(), clock.wall_ms()});
    admission->restore_refusals(refusals);
    EXPECT_TRUE(ask(deposit(alice, "one")));
    commit_all();
    clock.advance_ms(10);
    expect_queued(ask(deposit(alice, "one")));  // refused in its block: the hundredth
    commit_all();
    clock.advance_ms(10);

    EXPECT_EQ(ask(deposit(alice, "two")).error(), Refused::refusal_quota);
    EXPECT_TRUE(ask(deposit(bob, "two")));
}

TEST_F(AdmissionTest, a_full_id_window_is_said) {
    limits.id_window_max = 1;
    restart();
    expect_queued(ask(deposit(alice, "one")));
    commit_all();
    clock.advance_ms(10);

    EXPECT_EQ(ask(deposit(alice, "two")).error(), Refused::id_window_full);
}

TEST_F(AdmissionTest, an_unreadable_ledger_is_said) {
    const Bytes tx = deposit(alice, "one");
    expect_queued(ask(tx));
    commit_all();
    ledger.fail_with({.code = ErrorCode::io, .what = "disk"});

    EXPECT_EQ(ask(tx).error(), Refused::storage);
}

TEST_F(AdmissionTest, a_batch_is_answered_once_in_its_order) {
    Bytes forged = deposit(alice, "b");
    forged.back() ^= 1U;
    auto promise = std::make_shared<std::promise<std::vector<Submitted>>>();
    auto answer = promise->get_future();
    admission->submit_batch({deposit(alice, "a"), forged, {9}}, std::nullopt,
                            [promise](const auto& all) { promise->set_value(all); });
    const auto all = answer.get();

    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0]->status, TxStatus::pending);
    EXPECT_EQ(all[1]->error, TxError::signature);
    EXPECT_EQ(all[2]->error, TxError::malformed);
}

TEST_F(AdmissionTest, only_the_very_bytes_of_the_pool_pass_without_another_check) {
    Bytes tx = deposit(alice, "one");
    expect_queued(ask(tx));
    EXPECT_TRUE(*admission->checked(tx));
    tx.back() ^= 1U;
    EXPECT_EQ((*admission->checked(tx)).error(), TxError::signature);
}

TEST_F(AdmissionTest, a_stop_answers_everybody_and_takes_nothing_more) {
    auto waiting = send(deposit(alice, "one"), kWait);
    while (engine.size() == 0)
        std::this_thread::yield();
    admission->stop();

    EXPECT_EQ(waiting.get()->status, TxStatus::pending);
    EXPECT_EQ(ask(deposit(alice, "two")).error(), Refused::stopping);
}

TEST_F(AdmissionTest, status_knows_pending_committed_and_unknown) {
    const Bytes bytes = deposit(alice, "one");
    const auto tx = decode_transaction(bytes);
    EXPECT_EQ(admission->status(tx->tx_id)->status, TxStatus::unknown);
    expect_queued(ask(bytes));
    EXPECT_EQ(admission->status(tx->tx_id)->status, TxStatus::pending);
    commit_all();
    EXPECT_EQ(admission->status(tx->tx_id)->status, TxStatus::committed);
}

TEST_F(AdmissionTest, many_senders_at_once_get_one_answer_each) {
    limits.pending = {.txs_max = 10'000, .bytes_max = 10'000'000, .account_share = 1};
    restart();
    constexpr int kEach = 25;
    std::vector<Bytes> txs;
    for (int i = 0; i < 4 * kEach; ++i)
        txs.push_back(deposit(alice, std::to_string(i)));
    std::vector<std::jthread> senders;
    std::atomic<int> pending{0};
    for (int s = 0; s < 4; ++s) {
        senders.emplace_back([&, s] {
            for (int i = 0; i < kEach; ++i) {
                const auto at = static_cast<std::size_t>(s * kEach + i);
                if (ask(txs[at])->status == TxStatus::pending) ++pending;
            }
        });
    }
    senders.clear();
    EXPECT_EQ(pending, 4 * kEach);
    EXPECT_EQ(engine.size(), 4U * kEach);
}

}  // namespace
}  // namespace ropenet::admission
