// Goal: what Kv promises of a crash holds wherever the power goes. Method: a copy of the disk
// before each change; from each copy, after each kind of crash, the store opens at one of its
// flushes.
#include <gtest/gtest.h>

#include "storage/kv.hpp"
#include "storage/testing/fault_rocksdb.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;
using testing::Unsynced;

enum : Column { kMeta, kValues };
const std::vector<std::string> kColumns{"meta", "values"};
constexpr KvMemory kMemory{.block_cache_bytes = 1U << 20, .write_buffer_bytes = 4U << 20};

struct StoreOn {
    explicit StoreOn(FaultFs& disk) : env{testing::rocksdb_env_on(disk)} {
        auto opened = Kv::open(environment, "state", kColumns);
        if (opened) {
            kv = *std::move(opened);
        } else {
            problem = opened.error().what;
        }
    }

    std::string get(Column column) const {
        const auto value = kv->get(column, view_of("height"));
        if (!value) return value.error().what;
        return *value ? std::string{text_of(**value)} : "none";
    }

    std::shared_ptr<rocksdb::Env> env;
    KvEnvironment environment{kMemory, env.get()};
    std::unique_ptr<Kv> kv;
    std::string problem;
};

Result<void> put_height(Kv& kv, int height) {
    KvBatch batch;
    const std::string text = std::to_string(height);
    batch.put(kMeta, view_of("height"), view_of(text));
    batch.put(kValues, view_of("height"), view_of(text));
    return kv.write(batch);
}

TEST(FaultRocksDb, a_store_reopens_at_its_last_flush_wherever_the_power_goes) {
    struct Moment {
        std::unique_ptr<FaultFs> disk;
        int flushed = 0;
    };
    std::vector<Moment> moments;
    int flushed = 0;
    {
        FaultFs disk;
        disk.on_change([&] { moments.push_back({.disk = disk.copy(), .flushed = flushed}); });
        const StoreOn store{disk};
        ASSERT_TRUE(store.kv) << store.problem;
        for (int height = 1; height <= 3; ++height) {
            ASSERT_TRUE(put_height(*store.kv, height));
            ASSERT_TRUE(store.kv->flush());
            flushed = height;
        }
        disk.on_change(nullptr);
    }
    ASSERT_GT(moments.size(), 30U);
    for (std::size_t at = 0; at < moments.size(); ++at) {
        for (const auto unsynced : {Unsynced::lost, Unsynced::torn, Unsynced::kept}) {
            const auto disk = moments[at].disk->copy();
            disk->crash(unsynced, at);
            const StoreOn store{*disk};
            ASSERT_TRUE(store.kv) << at << ": " << store.problem;
            const std::string height = store.get(kMeta);
            EXPECT_EQ(store.get(kValues), height) << at;
            const int flushed_then = moments[at].flushed;
            const std::string least = flushed_then == 0 ? "none" : std::to_string(flushed_then);
            EXPECT_TRUE(height == least || height == std::to_string(flushed_then + 1))
                << at << ": " << height << " after " << least;
        }
    }
}

TEST(FaultRocksDb, a_failed_sync_kills_the_store) {
    FaultFs disk;
    const StoreOn store{disk};
    ASSERT_TRUE(store.kv) << store.problem;
    ASSERT_TRUE(put_height(*store.kv, 1));
    disk.fail_nth(testing::Operation::sync, 1, testing::Lasting::once);
    const auto failed = store.kv->flush();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::io);
    EXPECT_TRUE(store.kv->dead());
}

TEST(FaultRocksDb, a_failed_read_is_reported) {
    FaultFs disk;
    {
        const StoreOn store{disk};
        ASSERT_TRUE(put_height(*store.kv, 1));
        ASSERT_TRUE(store.kv->flush());
    }
    const StoreOn store{disk};
    disk.fail_nth(testing::Operation::read, 1, testing::Lasting::from_then_on);
    EXPECT_FALSE(store.kv->get(kMeta, view_of("height")));
}

}  // namespace
}  // namespace ropenet::storage
