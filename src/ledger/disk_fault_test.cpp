// Goal: a disk that fails or rots stops the ledger or is named; it never makes it promise or serve
// what is not so. Method: one fault at each place in turn, on a ledger whose files are all on it.
// ROPENET_BIT_FLIPS sets how many single bits are turned over.
#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "crypto/hash.hpp"
#include "ledger/testing/workload.hpp"

namespace ropenet::ledger {
namespace {

using storage::testing::FaultFs;
using storage::testing::Lasting;
using storage::testing::Operation;
using storage::testing::Unsynced;
using testing::broken_promise;
using testing::OnDisk;
using testing::Promised;
using testing::straight_run;
using testing::Truth;
using testing::Workload;

/// Works until a step fails, or to the end.
Result<void> work(OnDisk& run, const Workload& workload) {
    while (run.ledger()->reader().latest()->height() < workload.blocks().size()) {
        ROPE_DO(run.step());
    }
    return {};
}

TEST(DiskFault, after_a_failed_sync_at_any_site_nothing_is_acknowledged) {
    const Workload workload{8};
    const Truth truth = straight_run(workload);
    std::size_t failed_sites = 0;
    for (std::size_t n = 1;; ++n) {
        FaultFs disk;
        Promised promised;
        {
            OnDisk run{workload, disk};
            ASSERT_NE(run.ledger(), nullptr);
            disk.fail_nth(Operation::sync, n, Lasting::once);
            const auto worked = work(run, workload);
            if (worked) break;
            ++failed_sites;
            EXPECT_EQ(worked.error().code, ErrorCode::io) << n << ": " << worked.error().what;
            promised = run.promised();
            const std::uint64_t next = run.ledger()->reader().latest()->height() + 1;
            const auto again = run.ledger()->finalize(next, truth.at.back().time_ms + 1'000, {});
            EXPECT_FALSE(again && run.ledger()->commit()) << "acknowledged after sync " << n;
        }
        disk.crash(Unsynced::lost, n);
        const OnDisk after{workload, disk, promised.signed_size};
        ASSERT_NE(after.ledger(), nullptr) << n << ": " << after.problem().what;
        const auto broken = broken_promise(workload, truth, *after.ledger(), promised);
        EXPECT_FALSE(broken) << "sync " << n << ": " << *broken;
    }
    EXPECT_GT(failed_sites, 8U);
    RecordProperty("sites", std::to_string(failed_sites));
}

TEST(DiskFault, a_full_disk_stops_the_ledger_and_loses_nothing) {
    const Workload workload{20};
    const Truth truth = straight_run(workload);
    std::size_t reads_go_on = 0;
    for (std::uint64_t room = 0; room < 12'000; room += 1'200) {
        FaultFs disk;
        Promised promised;
        {
            OnDisk run{workload, disk};
            ASSERT_TRUE(run.step());
            std::uint64_t used = 0;
            for (const std::string& path : disk.files())
                used += disk.contents(path)->size();
            disk.set_capacity(used + room);
            const auto worked = work(run, workload);
            ASSERT_FALSE(worked);
            EXPECT_EQ(worked.error().code, ErrorCode::io) << worked.error().what;
            promised = run.promised();
            const auto first = run.ledger()->reader().record_at(1);
            if (!first) {
                // The store could not flush: it refuses reads too.
                EXPECT_EQ(first.error().code, ErrorCode::io);
            } else {
                ++reads_go_on;
                EXPECT_EQ(**first, truth.records[1]);
            }
        }
        disk.set_capacity(std::nullopt);
        disk.crash(Unsynced::kept);
        OnDisk after{workload, disk, promised.signed_size};
        ASSERT_NE(after.ledger(), nullptr) << room << ": " << after.problem().what;
        const auto broken = broken_promise(workload, truth, *after.ledger(), promised);
        EXPECT_FALSE(broken) << room << ": " << *broken;
        EXPECT_TRUE(work(after, workload));
        EXPECT_EQ(after.ledger()->reader().latest()->at(), truth.at.back());
    }
    EXPECT_GT(reads_go_on, 0U);
    RecordProperty("reads_go_on", std::to_string(reads_go_on));
}

/// All that readers ask. An answer that is an error counts; one that differs from `before` is bad.
struct Answers {
    explicit Answers(const Workload& workload, const Ledger& ledger) {
        const Reader& reader = ledger.reader();
        const ReadViewPtr view = reader.latest();
        const HeightSummary at = view->at();
        add("root", Result<Bytes>{to_bytes(BytesView{at.state_root})});
        add("log root", Result<Bytes>{to_bytes(BytesView{at.log_root})});
        for (std::uint64_t index = 0; index < at.log_size; ++index) {
            add("record", flat(reader.record_at(index)));
            const auto entry = reader.tx_at(index);
            add_entry(entry);
        }
        for (const PlannedRef& block : workload.blocks()) {
            for (const auto& tx : block.txs) {
                const auto found = reader.find_tx(tx->tx_id);
                add("find", found ? Result<Bytes>{number(*found ? (*found)->index + 1 : 0)}
                                  : Result<Bytes>{Unexpected{found.error()}});
            }
        }
        add_page(reader.list_txs(*view, {.limit = 100}));
        add_page(
            reader.list_txs(*view, {.filter = {.account = workload.alice().id()}, .limit = 100}));
        const Bytes key =
            state::full_key("system.evidence", "d/" + workload.alice().id().text() + "/" +
                                                   hex(crypto::sha256(view_of("a1"))));
        add("state", flat(view->find(key)));
        add("proof", flat(view->prove(key)));
    }

    using PlannedRef = testing::PlannedBlock;
    std::vector<std::pair<std::string, std::optional<Bytes>>> all;  // absent: an error
    std::size_t errors = 0;

  private:
    static Bytes number(std::uint64_t n) { return to_bytes(std::to_string(n)); }
    static Result<Bytes> flat(Result<std::optional<Bytes>> answer) {
        if (!answer) return Unexpected{answer.error()};
        return *answer ? **answer : to_bytes("absent");
    }
    void add(std::string name, const Result<Bytes>& answer) {
        if (!answer) {
            ++errors;
            EXPECT_FALSE(answer.error().what.empty());
        }
        all.emplace_back(std::move(name),
                         answer ? std::optional<Bytes>{*answer} : std::optional<Bytes>{});
    }
    void add_entry(const Result<std::optional<TxEntry>>& entry) {
        if (!entry) return add("tx", Unexpected{entry.error()});
        if (!*entry) return add("tx", Result<Bytes>{to_bytes("absent")});
        Bytes bytes = number((*entry)->at.height);
        append(bytes, (*entry)->tx.tx_id);
        append(bytes, encode_outcome((*entry)->outcome));
        add("tx", Result<Bytes>{std::move(bytes)});
    }
    void add_page(const Result<Page>& page) {
        if (!page) return add("list", Unexpected{page.error()});
        Bytes bytes;
        for (const std::uint64_t index : page->indexes) {
            append(bytes, number(index));
            bytes.push_back(',');
        }
        add("list", Result<Bytes>{std::move(bytes)});
    }
};

/// One bit, but of no table of the store: RocksDB 7.8 itself aborts on a damaged table when it
/// walks backwards over range deletions, so that a process dies before anything can be named.
storage::testing::Bit rot_outside_tables(FaultFs& disk, std::uint64_t seed) {
    for (std::uint64_t roll = seed << 16U;; ++roll) {
        auto bit = disk.rot(1, roll).at(0);
        if (!bit.path.ends_with(".sst")) return bit;
        disk.flip(bit);  // back
    }
}

TEST(DiskFault, a_flipped_bit_outside_the_tables_is_harmless_or_named_and_never_served) {
    const char* const asked = std::getenv("ROPENET_BIT_FLIPS");
    const std::uint64_t flips = asked == nullptr ? 1'000 : std::strtoull(asked, nullptr, 10);
    const Workload workload{20};
    FaultFs disk;
    std::optional<Answers> before;
    Promised promised;
    {
        OnDisk run{workload, disk};
        ASSERT_TRUE(work(run, workload));
        before.emplace(workload, *run.ledger());
        promised = run.promised();
    }
    ASSERT_EQ(before->errors, 0U);
    std::size_t refused = 0;
    std::size_t named = 0;
    for (std::uint64_t seed = 0; seed < flips; ++seed) {
        const auto rotten = disk.copy();
        const auto bit = rot_outside_tables(*rotten, seed);
        const OnDisk after{workload, *rotten, promised.signed_size};
        if (after.ledger() == nullptr) {
            ++refused;
            EXPECT_FALSE(after.problem().what.empty());
            continue;
        }
        const Answers answers{workload, *after.ledger()};
        named += answers.errors == 0 ? 0U : 1U;
        ASSERT_EQ(answers.all.size(), before->all.size()) << bit.path << " bit " << bit.at;
        for (std::size_t i = 0; i < answers.all.size(); ++i) {
            const auto& [name, answer] = answers.all[i];
            ASSERT_TRUE(!answer || answer == before->all[i].second)
                << name << " " << i << " is served after " << bit.path << " bit " << bit.at;
        }
    }
    RecordProperty("refused", std::to_string(refused));
    RecordProperty("named", std::to_string(named));
    EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace ropenet::ledger
