// What a block log takes, gives back and keeps through a crash. Damage: block_log_damage_test.cpp.
#include "storage/block_log.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "concurrency/named_thread.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/fault_fs.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;
using testing::Unsynced;

// An entry of these blocks takes 16 + 10 bytes; a segment closes at or after 60, so it holds three.
constexpr BlockLogLimits kSmall{.segment_bytes_max = 60, .block_bytes_max = 100};

Bytes block_of(std::uint64_t height) {
    std::string text = "block " + std::to_string(height);
    text.resize(10, '.');
    return to_bytes(text);
}

std::unique_ptr<BlockLog> must_open(FileSystem& fs, const std::string& dir, std::uint64_t floor = 0,
                                    BlockLogLimits limits = kSmall) {
    auto log = BlockLog::open(fs, dir, floor, limits);
    EXPECT_TRUE(log) << (log ? "" : log.error().what);
    return log ? *std::move(log) : nullptr;
}

void append_up_to(BlockLog& log, std::uint64_t height) {
    while (log.last_height() < height) {
        const std::uint64_t next = log.last_height() + 1;
        ASSERT_TRUE(log.append_durably(next, block_of(next)));
    }
}

TEST(BlockLog, an_empty_log_has_no_heights) {
    FaultFs fs;
    const auto log = must_open(fs, "d");
    EXPECT_EQ(log->first_height(), 0U);
    EXPECT_EQ(log->last_height(), 0U);
    const auto block = log->read(1);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, ErrorCode::not_found);
    EXPECT_TRUE(log->for_each(1, [](std::uint64_t, BytesView) -> Result<void> {
        return fail(ErrorCode::invalid, "called");
    }));
}

TEST(BlockLog, gives_back_each_block_before_and_after_reopening_across_segments) {
    FaultFs fs;
    auto log = must_open(fs, "d");
    append_up_to(*log, 10);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(log->first_height(), 1U);
        EXPECT_EQ(log->last_height(), 10U);
        EXPECT_EQ(log->durable_height(), 10U);
        for (std::uint64_t height = 1; height <= 10; ++height) {
            const auto block = log->read(height);
            ASSERT_TRUE(block);
            EXPECT_EQ(*block, block_of(height));
        }
        log = must_open(fs, "d", 10);
        EXPECT_FALSE(log->cut_off().has_value());
    }
    EXPECT_EQ(fs.files(), (std::vector<std::string>{"d/000001.seg", "d/000002.seg", "d/000003.seg",
                                                    "d/000004.seg", "d/acked"}));
}

TEST(BlockLog, visits_from_a_height_in_order_and_stops_at_the_first_error) {
    FaultFs fs;
    const auto log = must_open(fs, "d");
    append_up_to(*log, 8);
    std::vector<std::uint64_t> seen;
    ASSERT_TRUE(log->for_each(3, [&](std::uint64_t height, BytesView block) -> Result<void> {
        EXPECT_EQ(to_bytes(block), block_of(height));
        seen.push_back(height);
        return {};
    }));
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{3, 4, 5, 6, 7, 8}));
    const auto stopped = log->for_each(1, [](std::uint64_t height, BytesView) -> Result<void> {
        if (height == 4) return fail(ErrorCode::exists, "four");
        return {};
    });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().what, "four");
}

TEST(BlockLog, the_bytes_on_disk_are_those_of_the_grammar) {
    FaultFs fs;
    const auto log = must_open(fs, "d");
    ASSERT_TRUE(log->append_durably(1, view_of("abc")));
    const auto segment = fs.contents("d/000001.seg");
    ASSERT_TRUE(segment.has_value());
    EXPECT_EQ(hex(*segment),
              "03000000"
              "1fb8c33a"
              "0100000000000000"
              "616263");
}

TEST(BlockLog, refuses_any_height_but_the_next_and_stays_alive) {
    FaultFs fs;
    const auto log = must_open(fs, "d");
    append_up_to(*log, 2);
    for (const std::uint64_t height : {0U, 2U, 4U}) {
        const auto done = log->append(height, block_of(height));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::invalid);
    }
    EXPECT_TRUE(log->append_durably(3, block_of(3)));
}

TEST(BlockLog, takes_the_largest_block_and_refuses_one_byte_more_and_none) {
    FaultFs fs;
    const auto log = must_open(fs, "d");
    EXPECT_TRUE(log->append_durably(1, Bytes(1, 7)));
    EXPECT_TRUE(log->append_durably(2, Bytes(100, 7)));
    EXPECT_EQ(log->append(3, Bytes(101, 7)).error().code, ErrorCode::invalid);
    EXPECT_EQ(log->append(3, Bytes{}).error().code, ErrorCode::invalid);
    EXPECT_EQ(must_open(fs, "d")->last_height(), 2U);
}

TEST(BlockLog, a_segment_closes_when_it_has_reached_its_limit_and_not_a_byte_before) {
    FaultFs fs;
    const BlockLogLimits limits{.segment_bytes_max = 52, .block_bytes_max = 100};
    const auto log = must_open(fs, "d", 0, limits);
    ASSERT_TRUE(log->append_durably(1, Bytes(10, 1)));  // 26
    ASSERT_TRUE(log->append_durably(2, Bytes(9, 1)));   // 51
    ASSERT_TRUE(log->append_durably(3, Bytes(1, 1)));   // 68
    EXPECT_EQ(fs.contents("d/000002.seg"), std::nullopt);
    ASSERT_TRUE(log->append_durably(4, Bytes(1, 1)));
    EXPECT_NE(fs.contents("d/000002.seg"), std::nullopt);
}

TEST(BlockLog, what_was_synced_survives_a_crash_and_what_was_not_may_go) {
    for (const Unsynced unsynced : {Unsynced::lost, Unsynced::half_kept}) {
        FaultFs fs;
        auto log = must_open(fs, "d");
        append_up_to(*log, 4);
        ASSERT_TRUE(log->append(5, block_of(5)));
        EXPECT_EQ(log->durable_height(), 4U);
        fs.crash(unsynced);
        log = must_open(fs, "d", 4);
        EXPECT_EQ(log->last_height(), 4U);
        append_up_to(*log, 9);
        EXPECT_EQ(must_open(fs, "d")->last_height(), 9U);
    }
}

TEST(BlockLog, blocks_of_a_killed_process_are_durable_once_the_log_is_open_again) {
    FaultFs fs;
    auto log = must_open(fs, "d");
    ASSERT_TRUE(log->append(1, block_of(1)));  // killed before the sync: the page cache lives on
    log = must_open(fs, "d");
    EXPECT_EQ(log->durable_height(), 1U);
    fs.crash();
    EXPECT_EQ(must_open(fs, "d", 1)->last_height(), 1U);
}

TEST(BlockLog, is_dead_after_any_failed_change_and_loses_nothing_acknowledged) {
    for (const Unsynced unsynced : {Unsynced::lost, Unsynced::half_kept}) {
        for (std::size_t n = 1;; ++n) {
            FaultFs fs;
            auto log = must_open(fs, "d");
            fs.fail_change(n);
            std::uint64_t acknowledged = 0;
            while (acknowledged < 10 &&
                   log->append_durably(acknowledged + 1, block_of(acknowledged + 1))) {
                ++acknowledged;
            }
            const bool failed = acknowledged < 10;
            EXPECT_EQ(log->dead(), failed);
            if (failed) {
                EXPECT_EQ(log->append(acknowledged + 1, block_of(1)).error().code, ErrorCode::io);
                EXPECT_EQ(log->sync().error().code, ErrorCode::io);
                EXPECT_EQ(log->read(1).error().code, ErrorCode::io);
            }
            fs.crash(unsynced);
            log = must_open(fs, "d", acknowledged);
            ASSERT_NE(log, nullptr);
            EXPECT_GE(log->last_height(), acknowledged);
            append_up_to(*log, 12);
            if (!failed) break;
        }
    }
}

TEST(BlockLog, a_failure_while_opening_is_reported_and_the_next_try_succeeds) {
    for (std::size_t n = 1;; ++n) {
        FaultFs fs;
        append_up_to(*must_open(fs, "d"), 5);
        auto torn = fs.contents("d/000002.seg");
        ASSERT_TRUE(torn.has_value());
        append(*torn, view_of("torn tail"));
        fs.put("d/000002.seg", *torn);
        fs.fail_change(n);
        const bool failed = !BlockLog::open(fs, "d", 5, kSmall);
        fs.fail_change(0);
        EXPECT_EQ(must_open(fs, "d", 5)->last_height(), 5U);
        if (!failed) break;
        ASSERT_LT(n, 50U);
    }
}

TEST(BlockLog, works_on_a_real_disk_with_readers_beside_the_writer) {
    testing::TempFolder folder;
    PosixFileSystem fs;
    const auto log = must_open(fs, folder / "ropes/a/blocks");
    std::atomic<bool> stop{false};
    {
        NamedThread reader{"reader", [&] {
                               while (!stop) {
                                   const std::uint64_t last = log->last_height();
                                   if (last == 0) continue;
                                   const auto block = log->read(last);
                                   EXPECT_TRUE(block && *block == block_of(last));
                               }
                           }};
        append_up_to(*log, 60);
        stop = true;
    }
    EXPECT_EQ(must_open(fs, folder / "ropes/a/blocks", 60)->last_height(), 60U);
}

TEST(BlockLog, the_limits_of_production_hold_a_block_of_eight_mebibytes) {
    FaultFs fs;
    const auto log = must_open(fs, "d", 0, {});
    EXPECT_TRUE(log->append_durably(1, Bytes(8U << 20, 1)));
    EXPECT_TRUE(log->append_durably(2, Bytes(kBlockBytesMax, 1)));
    EXPECT_FALSE(log->append_durably(3, Bytes(kBlockBytesMax + 1, 1)));
    EXPECT_EQ(must_open(fs, "d", 2, {})->last_height(), 2U);
}

}  // namespace
}  // namespace ropenet::storage
