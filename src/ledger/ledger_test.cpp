// Goal: what is committed is there once, after any stop. Method: a real ledger in a temporary
// folder, closed without a flush (as a crash would) and opened again.
#include "ledger/ledger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "crypto/hash.hpp"
#include "execution/testing/signed_tx.hpp"
#include "ledger/chain.hpp"
#include "ledger/layout.hpp"
#include "storage/kv.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/fault_fs.hpp"
#include "types/limits.hpp"
#include "verify/verify_log.hpp"

namespace ropenet::ledger {
namespace {

using execution::CheckedTx;
using execution::testing::deposit_args;
using execution::testing::kGenesisMs;
using execution::testing::make_tx;

struct LedgerTest : ::testing::Test {
    std::filesystem::path folder;
    execution::testing::Identity alice = execution::testing::make_identity("alice", 1);
    execution::testing::Identity bob = execution::testing::make_identity("bob", 2);
    execution::testing::Identity registrar = execution::testing::make_identity("registrar", 3);
    storage::PosixFileSystem files;
    storage::KvEnvironment kv;
    NullLog log;
    std::unique_ptr<Ledger> ledger;
    std::uint64_t nonce = 0;

    LedgerTest() {
        folder = std::filesystem::temp_directory_path() /
                 ("ropenet-ledger-" + std::to_string(::getpid()) + "-" +
                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder);
        open();
    }
    ~LedgerTest() override {
        ledger.reset();
        std::filesystem::remove_all(folder);
    }

    Result<std::unique_ptr<Ledger>> try_open(std::uint64_t signed_size = 0) {
        const auto genesis = execution::testing::make_genesis({&alice, &bob}, registrar);
        return Ledger::open({.folder = folder.string(),
                             .genesis = encode_genesis(genesis),
                             .signed_size = signed_size},
                            files, kv, log);
    }
    void open() {
        auto opened = try_open();
        ASSERT_TRUE(opened) << opened.error().what;
        ledger = *std::move(opened);
    }
    void reopen() {
        ledger.reset();
        open();
    }

    const Reader& reader() const { return ledger->reader(); }
    std::int64_t next_ms() const { return reader().latest()->at().time_ms + 1'000; }

    Transaction deposit(const execution::testing::Identity& who, std::string_view content) {
        return make_tx(
            who,
            {.args = deposit_args(content), .nonce = ++nonce, .expires_at_ms = next_ms() + 60'000});
    }

    HeightSummary commit(const std::vector<CheckedTx>& txs) {
        const std::uint64_t height = reader().latest()->height() + 1;
        EXPECT_TRUE(ledger->finalize(height, next_ms(), txs));
        EXPECT_TRUE(ledger->commit());
        return reader().latest()->at();
    }

    std::vector<std::uint64_t> indexes(TxQuery query) const {
        if (query.limit == 0) query.limit = 100;
        const auto page = reader().list_txs(*reader().latest(), query);
        EXPECT_TRUE(page);
        return page ? page->indexes : std::vector<std::uint64_t>{};
    }

    static std::string note(std::uint64_t size, const Hash32& root) {
        return std::string{execution::testing::kOrigin} + "\n" + std::to_string(size) + "\n" +
               base64(root) + "\n\n— x AAAAAAAA\n";
    }
};

TEST_F(LedgerTest, a_new_rope_holds_genesis_as_its_first_leaf) {
    EXPECT_EQ(reader().latest()->height(), 0U);
    EXPECT_EQ(reader().latest()->log_size(), 1U);
    EXPECT_TRUE(*reader().record_at(0));
    EXPECT_FALSE(*reader().record_at(1));
}

TEST_F(LedgerTest, what_was_committed_is_there_after_a_stop_without_flush) {
    const Transaction first = deposit(alice, "one");
    commit({first});
    const HeightSummary last = commit({deposit(alice, "two"), deposit(bob, "three")});

    reopen();

    EXPECT_EQ(reader().latest()->at(), last);
    const auto at = reader().find_tx(first.tx_id);
    ASSERT_TRUE(at && *at);
    const auto entry = reader().tx_at((*at)->index);
    ASSERT_TRUE(entry && *entry);
    EXPECT_EQ((*entry)->tx, first);
    EXPECT_EQ((*entry)->outcome.code, OutcomeCode::applied);
}

TEST_F(LedgerTest, a_replay_from_genesis_leads_to_the_same_roots) {
    for (int i = 0; i < 20; ++i)
        commit({deposit(alice, "c" + std::to_string(i))});
    const HeightSummary last = reader().latest()->at();
    ledger.reset();
    std::filesystem::remove_all(folder / "state");

    open();

    EXPECT_EQ(reader().latest()->at(), last);
}

TEST_F(LedgerTest, an_id_is_a_duplicate_before_and_after_a_restart) {
    const Transaction tx = deposit(alice, "one");
    commit({tx});
    EXPECT_TRUE(reader().recorded_ids().contains(tx.tx_id));

    reopen();

    EXPECT_TRUE(reader().recorded_ids().contains(tx.tx_id));
    ASSERT_TRUE(ledger->finalize(2, next_ms(), std::vector<CheckedTx>{tx}));
}

TEST_F(LedgerTest, a_rejected_tx_leaves_no_trace_in_log_or_block) {
    Transaction tx = deposit(alice, "one");
    tx.origin = "dev.test/other";
    const HeightSummary before = reader().latest()->at();

    const HeightSummary after = commit({tx});

    EXPECT_EQ(after.log_size, before.log_size);
    EXPECT_EQ(after.state_root, before.state_root);
    EXPECT_TRUE((*reader().block_at(1))->txs.empty());
}

TEST_F(LedgerTest, a_view_keeps_its_answers_while_the_ledger_goes_on) {
    commit({deposit(alice, "one")});
    const ReadViewPtr before = reader().latest();
    const Bytes key = state::full_key(
        "system.evidence", "d/" + alice.id().text() + "/" + hex(crypto::sha256(view_of("two"))));
    commit({deposit(alice, "two")});

    EXPECT_FALSE(*before->find(key));
    EXPECT_TRUE(*reader().latest()->find(key));
    EXPECT_TRUE(before->prove(key));
    const auto past = reader().at(1);
    ASSERT_TRUE(past && *past);
    EXPECT_FALSE(*(**past)->find(key));
}

TEST_F(LedgerTest, heights_outside_the_history_are_in_the_future_or_gone) {
    EXPECT_EQ((*reader().at(1)).error(), PastError::in_the_future);
    for (std::uint64_t i = 0; i < kHistoryHeights + 2; ++i)
        commit({});

    // Each block above is one second, so only the count of heights decides.
    EXPECT_EQ((*reader().at(1)).error(), PastError::gone);
    EXPECT_TRUE(*reader().at(2));
}

TEST_F(LedgerTest, lists_are_filtered_ordered_and_paged) {
    commit({deposit(alice, "a"), deposit(bob, "b")});  // 1, 2
    const std::int64_t second_ms = next_ms();
    commit({deposit(alice, "a"), deposit(alice, "c"), deposit(bob, "d")});  // 4 refused, 5, 6

    using Indexes = std::vector<std::uint64_t>;
    EXPECT_EQ(indexes({}), (Indexes{6, 5, 4, 2, 1}));
    EXPECT_EQ(indexes({.filter = {.account = alice.id()}}), (Indexes{5, 4, 1}));
    EXPECT_EQ(indexes({.filter = {.account = alice.id(), .code = OutcomeCode::refused}}),
              (Indexes{4}));
    EXPECT_EQ(
        indexes({.filter = {.contract = "system.evidence"}, .direction = Direction::ascending}),
        (Indexes{1, 2, 4, 5, 6}));
    EXPECT_EQ(indexes({.filter = {.action = "attest"}}), Indexes{});
    EXPECT_EQ(indexes({.filter = {.from_ms = second_ms}}), (Indexes{6, 5, 4}));
    EXPECT_EQ(indexes({.filter = {.to_ms = second_ms}}), (Indexes{2, 1}));
    const auto page = reader().list_txs(*reader().latest(), {.limit = 2});
    EXPECT_EQ(page->indexes, (Indexes{6, 5}));
    ASSERT_TRUE(page->next);
    EXPECT_EQ(indexes({.after = page->next, .limit = 2}), (Indexes{4, 2}));
}

TEST_F(LedgerTest, deposits_are_found_by_order_depositor_and_content) {
    commit({deposit(alice, "same"), deposit(bob, "same"), deposit(bob, "other")});
    const ReadViewPtr view = reader().latest();
    const auto all = reader().list_entries(*view, {.limit = 2});
    const auto bobs = reader().list_entries(*view, {.account = bob.id(), .limit = 10});
    const auto same =
        reader().list_entries(*view, {.sha256 = crypto::sha256(view_of("same")), .limit = 10});

    ASSERT_EQ(all->entries.size(), 2U);
    EXPECT_EQ(all->next, 2U);
    EXPECT_EQ(all->entries[0].account, alice.id());
    EXPECT_EQ(bobs->entries.size(), 2U);
    EXPECT_EQ(same->entries.size(), 2U);
    EXPECT_FALSE(same->next);
}

TEST_F(LedgerTest, a_checkpoint_puts_the_records_into_tiles_and_proofs_come_from_them) {
    const HeightSummary at = commit({deposit(alice, "one"), deposit(bob, "two")});
    ASSERT_TRUE(ledger->install_checkpoint(at.log_size, note(at.log_size, at.log_root)));

    EXPECT_TRUE(*reader().log_file("checkpoint"));
    EXPECT_TRUE(*reader().log_file("tile/entries/000.p/4"));
    EXPECT_EQ(reader().inclusion(1, at.log_size)->size(), 2U);
    const auto before = reader().record_at(1);
    commit({deposit(alice, "three")});  // drops the tiled records from the store
    EXPECT_EQ(*reader().record_at(1), *before);

    reopen();
    EXPECT_EQ(*reader().record_at(1), *before);
}

TEST_F(LedgerTest, checkpoints_follow_each_other_across_tile_borders) {
    for (int round = 0; round < 6; ++round) {
        std::vector<CheckedTx> txs;
        for (int i = 0; i < 70; ++i) {
            txs.push_back(deposit(alice, std::to_string(round) + "/" + std::to_string(i)));
        }
        const HeightSummary at = commit(txs);
        ASSERT_TRUE(ledger->install_checkpoint(at.log_size, note(at.log_size, at.log_root)));
    }
    const std::uint64_t size = reader().latest()->log_size();
    for (const std::uint64_t index : {0U, 255U, 256U, 400U}) {
        EXPECT_TRUE(reader().inclusion(index, size)) << index;
        EXPECT_TRUE(*reader().record_at(index)) << index;
    }
    EXPECT_TRUE(reader().consistency(72, size));
}

TEST_F(LedgerTest, tiles_written_in_steps_are_those_of_the_whole_log_and_no_others) {
    const HeightSummary first = commit({deposit(alice, "first")});
    ASSERT_TRUE(ledger->install_checkpoint(first.log_size, note(first.log_size, first.log_root)));
    // Once far into a step, then so little into another that no tile above the leaves changes.
    for (const std::uint64_t size : {2 * kTiledAtOnce + 1'000, 4 * kTiledAtOnce + 3}) {
        while (reader().latest()->log_size() < size) {
            const std::uint64_t count =
                std::min<std::uint64_t>(1'000, size - reader().latest()->log_size() - 1);
            std::vector<CheckedTx> txs;
            for (std::uint64_t i = 0; i < std::max<std::uint64_t>(count, 1); ++i)
                txs.push_back(deposit(alice, std::to_string(nonce)));
            commit(txs);
        }
        const HeightSummary at = reader().latest()->at();
        ASSERT_TRUE(ledger->install_checkpoint(at.log_size, note(at.log_size, at.log_root)));
        const verify::LogReport report = verify::verify_log(
            [&](std::string_view path) { return *reader().log_file(path); }, std::nullopt);
        EXPECT_EQ(report.verdict.kind, verify::VerdictKind::consistent) << at.log_size;
        EXPECT_EQ(report.size, at.log_size);
    }
    EXPECT_LT(reader().latest()->log_size() % kTiledAtOnce, 200U);
    std::size_t partial = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder / "log" / "tile"))
        partial += item.path().parent_path().extension() == ".p" ? 1U : 0U;
    // Two checkpoints with leaves, entries and level 1 each; the first one's leaves and entries
    // were replaced by full ones.
    EXPECT_EQ(partial, 4U);
}

TEST_F(LedgerTest, a_log_shorter_than_what_was_signed_stops_the_start) {
    commit({deposit(alice, "one")});
    ledger.reset();

    const auto opened = try_open(100);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
}

TEST_F(LedgerTest, a_block_log_that_is_gone_below_the_state_stops_the_start) {
    commit({deposit(alice, "one")});
    ASSERT_TRUE(ledger->flush());
    ledger.reset();
    std::filesystem::remove_all(folder / "blocks");

    const auto opened = try_open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
}

TEST_F(LedgerTest, a_restart_does_not_promise_heights_that_pruning_took) {
    for (std::uint64_t i = 0; i < kHistoryHeights + 5; ++i)
        commit({});
    ASSERT_TRUE(ledger->flush());
    reopen();

    EXPECT_EQ((*reader().at(1)).error(), PastError::gone);
}

TEST_F(LedgerTest, a_genesis_that_is_not_the_ledgers_own_stops_the_start) {
    commit({deposit(alice, "one")});
    ledger.reset();
    bob = execution::testing::make_identity("somebody else", 9);

    const auto opened = try_open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::config);
}

// The block log on a disk that fails; the store on a real one.
struct FailingDiskTest : LedgerTest {
    storage::testing::FaultFs disk;

    FailingDiskTest() {
        ledger.reset();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        open_on_disk();
    }
    void open_on_disk() {
        const auto genesis = execution::testing::make_genesis({&alice, &bob}, registrar);
        auto opened = Ledger::open(
            {.folder = folder.string(), .genesis = encode_genesis(genesis), .signed_size = 0}, disk,
            kv, log);
        ASSERT_TRUE(opened) << opened.error().what;
        ledger = *std::move(opened);
    }
};

TEST_F(FailingDiskTest, after_a_failed_append_or_sync_nothing_more_is_acknowledged) {
    for (std::size_t change = 1; change <= 2; ++change) {
        const HeightSummary before = reader().latest()->at();
        ASSERT_TRUE(
            ledger->finalize(before.height + 1, next_ms(),
                             std::vector<CheckedTx>{deposit(alice, std::to_string(change))}));
        disk.fail_change(change);

        const auto committed = ledger->commit();

        ASSERT_FALSE(committed);
        EXPECT_EQ(committed.error().code, ErrorCode::io);
        EXPECT_EQ(reader().latest()->at(), before);
        EXPECT_FALSE(ledger->finalize(before.height + 1, next_ms(), {}));
        ledger.reset();
        disk.crash();
        open_on_disk();
        EXPECT_EQ(reader().latest()->at(), before);
        commit({deposit(alice, "again " + std::to_string(change))});
    }
}

TEST_F(LedgerTest, refusals_are_known_again_for_the_quota) {
    commit({deposit(alice, "one")});
    commit({deposit(alice, "one")});

    const auto refusals = reader().refusals_since(0);

    ASSERT_TRUE(refusals);
    ASSERT_EQ(refusals->size(), 1U);
    EXPECT_EQ((*refusals)[0].first, alice.id());
}

}  // namespace
}  // namespace ropenet::ledger
