#include "ledger/chunks.hpp"

#include <gtest/gtest.h>

namespace ropenet::ledger {
namespace {

TEST(Items, are_found_by_their_number) {
    const std::vector<Bytes> items{{1, 2}, {}, Bytes(300, 7)};
    const Bytes chunk = encode_items(items);

    EXPECT_EQ(item_count(chunk), 3U);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto item = item_at(chunk, i);
        ASSERT_TRUE(item) << i;
        EXPECT_EQ(to_bytes(*item), items[i]);
    }
    EXPECT_FALSE(item_at(chunk, 3));
}

TEST(Items, hold_as_many_as_the_limit) {
    const std::vector<Bytes> items(kChunkItemsMax, Bytes{5});
    EXPECT_EQ(to_bytes(*item_at(encode_items(items), kChunkItemsMax - 1)), Bytes{5});
    EXPECT_DEATH(encode_items(std::vector<Bytes>(kChunkItemsMax + 1)), "");
}

TEST(Items, that_are_cut_short_are_absent) {
    const Bytes chunk = encode_items(std::vector<Bytes>{{1, 2}, {3, 4, 5}});
    for (std::size_t size = 0; size < chunk.size(); ++size) {
        EXPECT_FALSE(item_at(BytesView{chunk}.first(size), 1)) << size;
    }
    EXPECT_FALSE(item_count(Bytes{kChunkItemsMax + 1}));
}

TEST(Posting, gives_back_its_indexes) {
    Posting posting;
    const std::vector<std::uint64_t> indexes{5, 6, 133, 134, 20'000, 20'000'000'000};
    for (const std::uint64_t index : indexes)
        posting.add(index);

    EXPECT_EQ(indexes_of_posting(posting.first(), posting.distances()), indexes);
}

TEST(Posting, of_one_index_needs_no_bytes) {
    Posting posting;
    EXPECT_TRUE(posting.empty());
    posting.add(0);
    EXPECT_FALSE(posting.empty());
    EXPECT_TRUE(posting.distances().empty());
    EXPECT_EQ(indexes_of_posting(0, {}), std::vector<std::uint64_t>{0});
}

TEST(Posting, with_damaged_distances_is_absent) {
    EXPECT_FALSE(indexes_of_posting(1, Bytes{0}));        // does not rise
    EXPECT_FALSE(indexes_of_posting(1, Bytes{1, 0x80}));  // ends in the middle of a number
    EXPECT_FALSE(indexes_of_posting(1, Bytes(9, 0xFF)));  // longer than any index
}

}  // namespace
}  // namespace ropenet::ledger
