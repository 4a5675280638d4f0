#include "storage/segment_scan.hpp"

#include <gtest/gtest.h>

#include "storage/block_entry.hpp"

namespace ropenet::storage {
namespace {

struct SegmentScanTest : ::testing::Test {
    Bytes segment;
    std::vector<std::uint64_t> seen;

    SegmentScanTest() {
        for (std::uint64_t height = 1; height <= 3; ++height) {
            Bytes entry;
            encode_entry(entry, height, Bytes(10, static_cast<std::uint8_t>(height)));
            append(segment, entry);
        }
    }
    SegmentScan scan(std::uint64_t from, std::uint64_t to) {
        const auto done = scan_segment(segment, from, to,
                                       [this](std::uint64_t height, BytesView) -> Result<void> {
                                           seen.push_back(height);
                                           return {};
                                       });
        EXPECT_TRUE(done);
        return done ? *done : SegmentScan{};
    }
};

TEST_F(SegmentScanTest, visits_every_entry_of_a_whole_segment) {
    const SegmentScan done = scan(1, 9);
    EXPECT_TRUE(done.whole);
    EXPECT_EQ(done.bytes, segment.size());
    EXPECT_EQ(done.bytes, 3 * bytes_of_entry(Bytes(10)));
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(SegmentScanTest, ends_after_the_height_that_was_asked_for) {
    EXPECT_EQ(scan(1, 2).next_height, 3U);
    EXPECT_EQ(seen.size(), 2U);
}

TEST_F(SegmentScanTest, ends_before_an_entry_that_is_cut_short) {
    segment.pop_back();
    const SegmentScan done = scan(1, 9);
    EXPECT_FALSE(done.whole);
    EXPECT_EQ(done.next_height, 3U);
}

TEST_F(SegmentScanTest, ends_before_an_entry_with_a_flipped_bit) {
    segment[2 * kEntryHeaderBytes + 12] ^= 1U;
    const SegmentScan done = scan(1, 9);
    EXPECT_FALSE(done.whole);
    EXPECT_EQ(done.next_height, 2U);
}

TEST_F(SegmentScanTest, ends_at_once_when_it_begins_at_another_height) {
    EXPECT_FALSE(scan(2, 9).whole);
    EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace ropenet::storage
