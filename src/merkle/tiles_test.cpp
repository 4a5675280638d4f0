#include "merkle/tiles.hpp"

#include <gtest/gtest.h>

#include <map>

#include "merkle/testing/memory_hashes.hpp"

namespace ropenet::merkle {
namespace {

Bytes numbered_entry(std::uint64_t i) {
    // Of different lengths, some over 255, some empty.
    Bytes out(i % 7 == 0 ? 0 : i % 300, static_cast<std::uint8_t>(i));
    if (i % 7 != 0) append(out, view_of(std::to_string(i)));
    return out;
}

/// A log kept as files only, with what its files should say beside it.
struct TilesTest : ::testing::Test {
    std::map<std::string, Bytes> files;
    std::uint64_t size = 0;
    testing::MemoryHashes hashes;

    ReadTile read_file() const {
        return [this](const std::string& path) -> std::optional<Bytes> {
            const auto it = files.find(path);
            if (it == files.end()) return std::nullopt;
            return it->second;
        };
    }

    TileReader reader(std::uint64_t tree_size) const { return {tree_size, read_file()}; }

    std::vector<std::string> store(const std::vector<TileFile>& written) {
        std::vector<std::string> paths;
        for (const TileFile& file : written) {
            paths.push_back(file.path);
            files[file.path] = file.bytes;
        }
        return paths;
    }

    std::vector<std::string> grow_to(std::uint64_t new_size) {
        std::vector<Bytes> entries;
        std::vector<Hash32> leaves;
        for (std::uint64_t i = size; i < new_size; ++i) {
            entries.push_back(numbered_entry(i));
            leaves.push_back(leaf_hash(entries.back()));
            hashes.append(leaves.back());
        }
        const auto tiles = new_tiles(size, leaves, reader(size));
        const auto bundles = new_bundles(size, entries, read_file());
        EXPECT_TRUE(tiles && bundles);
        if (!tiles || !bundles) return {};
        store(*bundles);
        size = new_size;
        return store(*tiles);
    }
};

TEST(TilePathTest, is_spelled_as_the_specification_does) {
    EXPECT_EQ(path_of({.level = 0, .index = 0}), "tile/0/000");
    EXPECT_EQ(path_of({.level = 3, .index = 1234067}), "tile/3/x001/x234/067");
    EXPECT_EQ(path_of({.level = 63, .index = 999, .width = 255}), "tile/63/999.p/255");
    EXPECT_EQ(path_of({.kind = TileKind::entries, .index = 1000, .width = 1}),
              "tile/entries/x001/000.p/1");
}

TEST(TilePathTest, is_read_back) {
    for (const std::uint64_t index : {0ULL, 7ULL, 999ULL, 1000ULL, 1234067ULL, 1000000000ULL,
                                      static_cast<unsigned long long>(kLogSizeMax)}) {
        for (const unsigned width : {1U, 112U, 255U, 256U}) {
            const TileId tile{.level = 2, .index = index, .width = width};
            const TileId bundle{.kind = TileKind::entries, .index = index, .width = width};
            EXPECT_EQ(tile_from_path(path_of(tile)), tile);
            EXPECT_EQ(tile_from_path(path_of(bundle)), bundle);
        }
    }
}

TEST(TilePathTest, refuses_every_other_spelling) {
    for (const std::string_view path : {"",
                                        "tile",
                                        "tile/",
                                        "tile/0",
                                        "tile/0/",
                                        "/tile/0/000",
                                        "tile/0/0",
                                        "tile/0/00",
                                        "tile/0/0000",
                                        "tile/00/000",
                                        "tile/64/000",
                                        "tile/-1/000",
                                        "tile/+1/000",
                                        "tile/x/000",
                                        "tile//000",
                                        "tile/0/x000",
                                        "tile/0/x000/000",
                                        "tile/0/001/000",
                                        "tile/0/x001/x000",
                                        "tile/0/x001",
                                        "tile/0/000/",
                                        "tile/0//000",
                                        "tile/0/000.p",
                                        "tile/0/000.p/",
                                        "tile/0/000.p/0",
                                        "tile/0/000.p/01",
                                        "tile/0/000.p/256",
                                        "tile/0/000.p/1/",
                                        "tile/0/000.p/1.p/1",
                                        "tile/0/000.p/-1",
                                        "tile/0/ 00",
                                        "tile/0/0a0",
                                        "tile/0/..",
                                        "tile/entries/../000",
                                        "tile/entries",
                                        "tile/Entries/000",
                                        "tile/0/000 ",
                                        "tile/0/000\n",
                                        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                                        "checkpoint"}) {
        EXPECT_EQ(tile_from_path(path), std::nullopt) << path;
    }
}

TEST_F(TilesTest, writes_the_tiles_that_the_specification_counts_for_70000) {
    const auto paths = grow_to(70000);

    std::map<std::pair<unsigned, unsigned>, int> counts;  // by level and width
    for (const auto& path : paths) {
        const auto tile = tile_from_path(path);
        ASSERT_TRUE(tile);
        ++counts[{tile->level, tile->width}];
    }
    const std::map<std::pair<unsigned, unsigned>, int> expected{
        {{0, 256}, 273}, {{0, 112}, 1}, {{1, 256}, 1}, {{1, 17}, 1}, {{2, 1}, 1}};
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(*root_at(reader(70000), 70000), *root_at(hashes, 70000));
    EXPECT_EQ(reader(70000).find_node(16, 0), hashes.find_node(16, 0));
}

TEST_F(TilesTest, writes_a_full_tile_and_the_one_above_at_256) {
    EXPECT_EQ(grow_to(255), std::vector<std::string>{"tile/0/000.p/255"});
    EXPECT_EQ(grow_to(256), (std::vector<std::string>{"tile/0/000", "tile/1/000.p/1"}));
    EXPECT_EQ(grow_to(257), std::vector<std::string>{"tile/0/001.p/1"});
    EXPECT_EQ(grow_to(257), std::vector<std::string>{});
}

TEST_F(TilesTest, gives_back_every_hash_entry_and_proof_however_the_log_grew) {
    std::uint64_t step = 1;
    while (size < 3000) {
        const std::uint64_t old_size = size;
        grow_to(size + step);
        step = step * 5 % 611 + 1;

        const TileReader tiles = reader(size);
        ASSERT_EQ(*root_at(tiles, size), *root_at(hashes, size)) << size;
        ASSERT_EQ(*consistency_proof(tiles, old_size, size),
                  *consistency_proof(hashes, old_size, size));
        ASSERT_EQ(*root_at(reader(old_size), old_size), *root_at(hashes, old_size));
    }
    const TileReader tiles = reader(size);
    for (std::uint64_t i = 0; i < size; ++i) {
        ASSERT_EQ(*entry_at(i, size, read_file()), numbered_entry(i));
        ASSERT_EQ(tiles.find_node(0, i), hashes.find_node(0, i));
        if (i % 17 == 0) {
            ASSERT_EQ(*inclusion_proof(tiles, i, size), *inclusion_proof(hashes, i, size));
        }
    }
}

TEST_F(TilesTest, has_no_node_that_its_size_does_not_complete) {
    grow_to(300);

    EXPECT_TRUE(reader(300).find_node(8, 0));
    EXPECT_FALSE(reader(300).find_node(8, 1));
    EXPECT_FALSE(reader(300).find_node(0, 300));
    EXPECT_FALSE(reader(255).find_node(8, 0));
    EXPECT_FALSE(reader(300).find_node(64, 0));
    EXPECT_FALSE(reader(300).find_node(4000, 0));
}

TEST_F(TilesTest, reads_an_old_size_out_of_the_full_tile_when_the_partial_one_is_gone) {
    grow_to(10);
    grow_to(400);
    files.erase("tile/0/000.p/10");
    files.erase("tile/entries/000.p/10");

    EXPECT_EQ(*root_at(reader(10), 10), *root_at(hashes, 10));
    EXPECT_EQ(*entry_at(9, 10, read_file()), numbered_entry(9));
}

TEST_F(TilesTest, says_that_a_missing_or_damaged_tile_leaves_a_hash_missing) {
    grow_to(300);
    Bytes& tile = files["tile/0/001.p/44"];
    tile.pop_back();
    EXPECT_EQ(root_at(reader(300), 300).error(), ProofError::missing_hash);

    files.erase("tile/0/001.p/44");
    EXPECT_EQ(root_at(reader(300), 300).error(), ProofError::missing_hash);

    const std::vector<Hash32> more{leaf_hash(view_of("more"))};
    EXPECT_EQ(new_tiles(300, more, reader(300)).error(), TileError::missing);
}

TEST_F(TilesTest, does_not_continue_a_missing_or_damaged_bundle) {
    grow_to(300);
    const std::vector<Bytes> more{to_bytes("more")};
    files["tile/entries/001.p/44"].pop_back();
    EXPECT_EQ(new_bundles(300, more, read_file()).error(), TileError::malformed);

    files["tile/entries/001.p/44"] = files["tile/entries/000"];
    EXPECT_EQ(new_bundles(300, more, read_file()).error(), TileError::malformed);

    files.erase("tile/entries/001.p/44");
    EXPECT_EQ(new_bundles(300, more, read_file()).error(), TileError::missing);
    EXPECT_EQ(entry_at(299, 300, read_file()).error(), TileError::missing);
    EXPECT_EQ(entry_at(300, 300, read_file()).error(), TileError::missing);
}

TEST_F(TilesTest, bundles_an_entry_of_65535_bytes_but_not_of_one_more) {
    const std::vector<Bytes> longest{Bytes(65535, 1)};
    const auto bundles = new_bundles(0, longest, read_file());
    ASSERT_TRUE(bundles);
    EXPECT_EQ((*bundles)[0].path, "tile/entries/000.p/1");
    EXPECT_EQ(*entries_from_bundle((*bundles)[0].bytes), longest);

    const std::vector<Bytes> longer{Bytes(65536, 1)};
    EXPECT_EQ(new_bundles(0, longer, read_file()).error(), TileError::entry_too_long);
}

TEST_F(TilesTest, refuses_to_grow_past_the_largest_size) {
    const std::vector<Hash32> leaves(2);
    const std::vector<Bytes> entries(2);
    EXPECT_EQ(new_tiles(kLogSizeMax - 1, leaves, reader(0)).error(), TileError::log_full);
    EXPECT_EQ(new_bundles(kLogSizeMax - 1, entries, read_file()).error(), TileError::log_full);
}

TEST(BundleTest, refuses_what_is_not_a_bundle) {
    const Bytes valid{0, 2, 7, 8, 0, 0};
    ASSERT_EQ(entries_from_bundle(valid)->size(), 2U);
    for (const std::size_t cut : {0U, 1U, 2U, 3U, 5U}) {
        EXPECT_EQ(entries_from_bundle(BytesView{valid}.first(cut)).error(), TileError::malformed);
    }
    EXPECT_EQ(entries_from_bundle(Bytes(512, 0))->size(), 256U);
    EXPECT_EQ(entries_from_bundle(Bytes(514, 0)).error(), TileError::malformed);
}

}  // namespace
}  // namespace ropenet::merkle
