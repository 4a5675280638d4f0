// Goal: whenever power goes, what was promised is there once, with the roots of a straight run.
// Method: a copy of the whole disk before each of its changes; from each copy, after each kind of
// crash, the ledger opens, is compared, and goes on. ROPENET_CRASH_BLOCKS sets how many blocks.
// Known limit: RocksDB refuses a MANIFEST whose unsynced end is torn inside a record. Then the
// start must say so by name, and hold every promise once the derived store is gone, as a repair
// does.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "concurrency/mutex.hpp"
#include "ledger/testing/workload.hpp"

namespace ropenet::ledger {
namespace {

using storage::testing::FaultFs;
using storage::testing::Unsynced;
using testing::broken_promise;
using testing::OnDisk;
using testing::Promised;
using testing::Truth;
using testing::Workload;

std::uint64_t block_count() {
    const char* const asked = std::getenv("ROPENET_CRASH_BLOCKS");
    return asked == nullptr ? 20 : std::strtoull(asked, nullptr, 10);
}

struct Moment {
    std::unique_ptr<FaultFs> disk;
    Promised promised;
};

/// Of a torn store: whether the start named the damage; then the store is removed.
bool needs_repair(const Workload& workload, const Moment& moment) {
    const OnDisk after{workload, *moment.disk, moment.promised.signed_size};
    if (after.ledger() != nullptr) return false;
    EXPECT_EQ(after.problem().code, ErrorCode::corrupt) << after.problem().what;
    EXPECT_NE(after.problem().what.find("MANIFEST"), std::string::npos) << after.problem().what;
    EXPECT_NE(after.problem().what.find("`ropenet node repair`"), std::string::npos);
    EXPECT_TRUE(moment.disk->remove_all(std::string{testing::kFolder} + "/state"));
    return true;
}

/// The ledger opens, holds its promises and takes the next block.
void expect_recovery(const Workload& workload, const Truth& truth, const Moment& moment) {
    OnDisk after{workload, *moment.disk, moment.promised.signed_size};
    ASSERT_NE(after.ledger(), nullptr) << after.problem().what;
    const auto broken = broken_promise(workload, truth, *after.ledger(), moment.promised);
    ASSERT_FALSE(broken) << *broken;
    const std::uint64_t next = after.ledger()->reader().latest()->height() + 1;
    if (next > workload.blocks().size()) return;
    const auto stepped = after.step();
    ASSERT_TRUE(stepped) << stepped.error().what;
    EXPECT_EQ(after.ledger()->reader().latest()->at(), truth.at.at(next));
}

struct CrashTest : ::testing::TestWithParam<Unsynced> {};

TEST_P(CrashTest, what_was_promised_survives_power_loss_at_every_change_of_the_disk) {
    const Workload workload{block_count()};
    const Truth truth = straight_run(workload);
    FaultFs disk;
    Mutex mutex;  // RocksDB changes the disk from its own threads
    std::vector<Moment> moments;
    std::atomic<const OnDisk*> running{nullptr};
    disk.on_change([&] {
        const OnDisk* const ledger = running;
        const Promised promised = ledger == nullptr ? Promised{} : ledger->promised();
        auto copy = disk.copy();
        const MutexLock lock{mutex};
        moments.push_back({.disk = std::move(copy), .promised = promised});
    });
    std::size_t checked = 0;
    std::size_t repaired = 0;
    const auto check_moments = [&] {
        std::vector<Moment> taken;
        {
            const MutexLock lock{mutex};
            taken.swap(moments);
        }
        for (const Moment& moment : taken) {
            moment.disk->crash(GetParam(), checked);
            if (GetParam() == Unsynced::torn && needs_repair(workload, moment)) ++repaired;
            expect_recovery(workload, truth, moment);
            ASSERT_FALSE(HasFatalFailure())
                << "change " << checked << " after height " << moment.promised.height;
            ++checked;
        }
    };
    OnDisk run{workload, disk};
    ASSERT_NE(run.ledger(), nullptr) << run.problem().what;
    running = &run;
    for (std::uint64_t height = 1; height <= workload.blocks().size(); ++height) {
        const auto stepped = run.step();
        ASSERT_TRUE(stepped) << stepped.error().what;
        check_moments();
        ASSERT_FALSE(HasFatalFailure());
    }
    disk.on_change(nullptr);
    RecordProperty("moments", std::to_string(checked));
    RecordProperty("repaired", std::to_string(repaired));
    EXPECT_LT(repaired * 20, checked);
    EXPECT_GT(checked, 5 * block_count());
}

std::string name_of_variant(const ::testing::TestParamInfo<Unsynced>& variant) {
    static const char* const names[] = {"lost", "half_kept", "prefix_kept", "torn", "kept"};
    return names[static_cast<std::size_t>(variant.param)];
}

INSTANTIATE_TEST_SUITE_P(Unsynced, CrashTest,
                         ::testing::Values(Unsynced::lost, Unsynced::half_kept,
                                           Unsynced::prefix_kept, Unsynced::torn, Unsynced::kept),
                         name_of_variant);

}  // namespace
}  // namespace ropenet::ledger
