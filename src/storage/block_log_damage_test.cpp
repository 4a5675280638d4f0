// Goal: damage at or below what was acknowledged stops the node, damage above it is cut off, and no
// damaged block is ever returned (invariant P7). Method: flip or remove bytes of a log in memory.
#include <gtest/gtest.h>

#include "storage/block_entry.hpp"
#include "storage/block_log.hpp"
#include "storage/testing/fault_fs.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;

constexpr BlockLogLimits kSmall{.segment_bytes_max = 60, .block_bytes_max = 100};
constexpr std::size_t kEntry = 26;  // 16 of header, 10 of block; three to a segment

Bytes block_of(std::uint64_t height) {
    return Bytes(10, static_cast<std::uint8_t>(height));
}

class BlockLogDamage : public ::testing::Test {
  protected:
    /// Five blocks: 1 to 3 in the first segment, 4 and 5 in the second.
    BlockLogDamage() {
        const auto log = must_open(0);
        for (std::uint64_t height = 1; height <= 5; ++height) {
            EXPECT_TRUE(log->append_durably(height, block_of(height)));
        }
        whole_ = *fs_.contents(kFirst);
        whole_second_ = *fs_.contents(kSecond);
    }

    std::unique_ptr<BlockLog> must_open(std::uint64_t floor) {
        auto log = BlockLog::open(fs_, "d", floor, kSmall);
        EXPECT_TRUE(log) << (log ? "" : log.error().what);
        return log ? *std::move(log) : nullptr;
    }

    Error error_of_opening(std::uint64_t floor) {
        const auto log = BlockLog::open(fs_, "d", floor, kSmall);
        EXPECT_FALSE(log);
        return log ? Error{} : log.error();
    }

    /// What a power loss may do to `acked`, which is not synced.
    void acked_says(std::uint64_t height) {
        Bytes bytes(kAckedSlotStride);
        const auto slot = encode_acked(height);
        std::copy(slot.begin(), slot.end(), bytes.begin());
        append(bytes, Bytes(kAckedSlotBytes));
        fs_.put("d/acked", bytes);
    }

    void flip(const std::string& path, std::size_t at) {
        Bytes bytes = *fs_.contents(path);
        bytes[at] ^= 0x40;
        fs_.put(path, bytes);
    }

    void expect_stopped(const Error& error, const std::string& file, std::size_t offset,
                        std::uint64_t height) {
        EXPECT_EQ(error.code, ErrorCode::corrupt);
        for (const std::string& part :
             {file, "offset " + std::to_string(offset), "height " + std::to_string(height),
              std::string{"`ropenet node repair`"}}) {
            EXPECT_NE(error.what.find(part), std::string::npos) << error.what;
        }
    }

    static constexpr const char* kFirst = "d/000001.seg";
    static constexpr const char* kSecond = "d/000002.seg";

    FaultFs fs_;
    Bytes whole_;
    Bytes whole_second_;
};

TEST_F(BlockLogDamage, at_each_byte_of_an_acknowledged_entry_stops_the_open_and_names_the_place) {
    for (std::size_t i = 0; i < kEntry; ++i) {
        fs_.put(kFirst, whole_);
        flip(kFirst, kEntry + i);
        expect_stopped(error_of_opening(0), kFirst, kEntry, 2);
        EXPECT_EQ(fs_.contents(kFirst)->size(), whole_.size()) << "nothing may be cut off";
    }
}

TEST_F(BlockLogDamage, at_each_byte_above_what_was_acknowledged_is_cut_off) {
    for (std::size_t i = 0; i < kEntry; ++i) {
        fs_.put(kFirst, whole_);
        fs_.put(kSecond, whole_second_);
        acked_says(1);
        flip(kFirst, kEntry + i);
        const auto log = must_open(1);
        ASSERT_NE(log, nullptr);
        EXPECT_EQ(log->last_height(), 1U);
        ASSERT_TRUE(log->cut_off().has_value());
        EXPECT_EQ(log->cut_off()->from_height, 2U);
        EXPECT_EQ(log->cut_off()->file, kFirst);
        EXPECT_EQ(log->cut_off()->offset, kEntry);
        EXPECT_EQ(log->cut_off()->bytes, 2 * kEntry + whole_second_.size());
        fs_.crash();
        EXPECT_EQ(fs_.contents(kFirst)->size(), kEntry);
        EXPECT_EQ(fs_.contents(kSecond), std::nullopt);
    }
}

TEST_F(BlockLogDamage, a_tail_torn_at_any_byte_is_cut_off_and_appending_goes_on) {
    for (std::size_t length = kEntry + 1; length < 2 * kEntry; ++length) {
        Bytes torn = whole_second_;
        torn.resize(length);
        fs_.put(kSecond, torn);
        acked_says(4);
        const auto log = must_open(4);
        ASSERT_NE(log, nullptr);
        EXPECT_EQ(log->last_height(), 4U);
        ASSERT_TRUE(log->cut_off().has_value());
        EXPECT_EQ(log->cut_off()->bytes, length - kEntry);
        ASSERT_TRUE(log->append_durably(5, block_of(5)));
        EXPECT_EQ(fs_.contents(kSecond), whole_second_);
    }
}

TEST_F(BlockLogDamage, a_tail_of_zeros_is_cut_off) {
    Bytes tail = whole_second_;
    tail.resize(4096);
    fs_.put(kSecond, tail);
    const auto log = must_open(5);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last_height(), 5U);
    EXPECT_EQ(fs_.contents(kSecond), whole_second_);
}

TEST_F(BlockLogDamage, each_of_acked_and_floor_alone_guards_the_last_height) {
    Bytes torn = whole_second_;
    torn.pop_back();
    fs_.put(kSecond, torn);
    acked_says(5);
    expect_stopped(error_of_opening(0), kSecond, kEntry, 5);
    acked_says(0);
    expect_stopped(error_of_opening(5), kSecond, kEntry, 5);
    acked_says(4);
    const auto log = must_open(4);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last_height(), 4U);
}

TEST_F(BlockLogDamage, a_log_that_ends_cleanly_below_an_acknowledged_height_stops_the_open) {
    whole_second_.resize(kEntry);
    fs_.put(kSecond, whole_second_);
    const Error error = error_of_opening(0);
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_NE(error.what.find("ends at height 4, but height 5 was acknowledged"), std::string::npos)
        << error.what;
    acked_says(4);
    EXPECT_EQ(error_of_opening(5).code, ErrorCode::corrupt);
    const auto log = must_open(4);
    ASSERT_NE(log, nullptr);
    EXPECT_FALSE(log->cut_off().has_value());
}

TEST_F(BlockLogDamage, a_missing_segment_is_damage_at_its_first_height) {
    ASSERT_TRUE(fs_.remove(kFirst));
    expect_stopped(error_of_opening(0), kFirst, 0, 1);
    acked_says(0);
    const auto log = must_open(0);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last_height(), 0U);
    EXPECT_TRUE(log->append_durably(1, block_of(1)));
    EXPECT_EQ(fs_.contents(kSecond), std::nullopt);
}

TEST_F(BlockLogDamage, a_torn_slot_of_acked_leaves_the_other_one_in_force) {
    for (const std::size_t slot : {std::size_t{0}, std::size_t{kAckedSlotStride}}) {
        const auto before = *fs_.contents("d/acked");
        flip("d/acked", slot);
        Bytes torn = whole_second_;
        torn.resize(1);
        fs_.put(kSecond, torn);
        // The slots say 4 and 5: whichever is left, height 4 is acknowledged.
        expect_stopped(error_of_opening(0), kSecond, 0, 4);
        fs_.put("d/acked", before);
    }
}

TEST_F(BlockLogDamage, an_acked_file_in_ruins_only_means_that_nothing_is_known) {
    for (const std::size_t size : {0U, 1U, 11U, 12U, 511U, 523U, 600U}) {
        fs_.put("d/acked", Bytes(size, 0xee));
        const auto log = must_open(5);
        ASSERT_NE(log, nullptr);
        EXPECT_EQ(log->last_height(), 5U);
    }
}

TEST_F(BlockLogDamage, under_a_running_log_is_reported_for_that_block_and_no_other) {
    const auto log = must_open(0);
    ASSERT_NE(log, nullptr);
    for (std::size_t i = 0; i < kEntry; ++i) {
        fs_.put(kFirst, whole_);
        flip(kFirst, kEntry + i);
        const auto block = log->read(2);
        ASSERT_FALSE(block) << i;
        expect_stopped(block.error(), kFirst, kEntry, 2);
        EXPECT_TRUE(log->read(1));
        EXPECT_TRUE(log->read(3));
        std::uint64_t visited = 0;
        const auto all = log->for_each(1, [&](std::uint64_t height, BytesView) -> Result<void> {
            visited = height;
            return {};
        });
        ASSERT_FALSE(all);
        EXPECT_EQ(all.error().code, ErrorCode::corrupt);
        EXPECT_EQ(visited, 1U);
    }
}

TEST_F(BlockLogDamage, a_whole_entry_in_the_wrong_place_is_damage) {
    // Block 2 twice: its checksum is right, its height is not.
    Bytes doubled{whole_.begin(), whole_.begin() + 2 * kEntry};
    append(doubled, BytesView{whole_}.subspan(kEntry, kEntry));
    fs_.put(kFirst, doubled);
    expect_stopped(error_of_opening(3), kFirst, 2 * kEntry, 3);
}

TEST_F(BlockLogDamage, a_length_beyond_the_limit_is_damage_whatever_its_checksum) {
    Bytes entry;
    encode_entry(entry, 4, Bytes(101, 1));
    fs_.put(kSecond, entry);
    expect_stopped(error_of_opening(0), kSecond, 0, 4);
    encode_entry(entry, 4, Bytes(100, 1));
    fs_.put(kSecond, entry);
    acked_says(4);
    const auto log = must_open(4);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last_height(), 4U);
}

TEST_F(BlockLogDamage, files_of_other_names_are_left_alone) {
    for (const char* const name : {"d/000003.seg.bak", "d/00003.seg", "d/notes", "d/00000x.seg"}) {
        fs_.put(name, to_bytes("not ours"));
    }
    const auto log = must_open(5);
    ASSERT_NE(log, nullptr);
    EXPECT_FALSE(log->cut_off().has_value());
    EXPECT_EQ(fs_.contents("d/notes"), to_bytes("not ours"));
}

}  // namespace
}  // namespace ropenet::storage
