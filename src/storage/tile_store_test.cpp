#include "storage/tile_store.hpp"

#include <gtest/gtest.h>

#include "storage/posix_file_system.hpp"
#include "storage/testing/fault_fs.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;

class TileStoreTest : public ::testing::Test {
  protected:
    TileStoreTest() { store_ = open(); }

    std::unique_ptr<TileStore> open() {
        auto store = TileStore::open(fs_, "data/log");
        EXPECT_TRUE(store);
        return *std::move(store);
    }

    std::optional<Bytes> read(const std::string& path) {
        const auto bytes = store_->read(path);
        EXPECT_TRUE(bytes) << path;
        return bytes ? *bytes : std::nullopt;
    }

    FaultFs fs_;
    std::unique_ptr<TileStore> store_;
};

TEST_F(TileStoreTest, reads_back_what_was_written) {
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000.p/5", to_bytes("hashes")},
                                     {"tile/entries/000.p/5", to_bytes("entries")},
                                     {"policies/0.cbor", to_bytes("policy")}}));
    ASSERT_TRUE(store_->install_checkpoint("note\n"));
    EXPECT_EQ(read("tile/0/000.p/5"), to_bytes("hashes"));
    EXPECT_EQ(read("tile/entries/000.p/5"), to_bytes("entries"));
    EXPECT_EQ(read("policies/0.cbor"), to_bytes("policy"));
    EXPECT_EQ(read("checkpoint"), to_bytes("note\n"));
    EXPECT_EQ(read("tile/0/000"), std::nullopt);
}

TEST_F(TileStoreTest, refuses_every_path_that_is_not_of_the_log) {
    const std::string name251(251, 'a');
    EXPECT_TRUE(is_log_path("tile/" + name251));
    for (const std::string& path :
         {std::string{}, std::string{"/"}, std::string{"tile"}, std::string{"tile/"},
          std::string{"tile//0"}, std::string{"tile/../signed"}, std::string{"tile/."},
          std::string{"tile/.hidden"}, std::string{"tile/0/000.tmp"}, std::string{"tile/a b"},
          std::string{"tile/a\0b", 8}, std::string{"tile/\\x"}, std::string{"checkpoint/"},
          std::string{"checkpoint.tmp"}, std::string{"/tile/0"}, std::string{"../tile/0"},
          std::string{"policies"}, std::string{"other/0"}, "tile/" + name251 + "a"}) {
        EXPECT_FALSE(is_log_path(path)) << path;
        const auto bytes = store_->read(path);
        ASSERT_FALSE(bytes) << path;
        EXPECT_EQ(bytes.error().code, ErrorCode::invalid);
        EXPECT_FALSE(store_->write_tiles({{path, to_bytes("x")}})) << path;
    }
    EXPECT_FALSE(store_->write_tiles({{"checkpoint", to_bytes("x")}}));
    EXPECT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("x")}}));
}

TEST_F(TileStoreTest, leaves_an_equal_file_alone_and_replaces_a_different_one) {
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("same")}}));
    const std::size_t before = fs_.change_count();
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("same")}}));
    EXPECT_EQ(fs_.change_count(), before);
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("else")}}));
    EXPECT_EQ(read("tile/0/000"), to_bytes("else"));
}

TEST_F(TileStoreTest, an_equal_file_of_an_earlier_process_still_reaches_the_disk) {
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("same")}}));
    store_ = open();  // killed before the sync
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("same")}}));
    ASSERT_TRUE(store_->install_checkpoint("note\n"));
    fs_.crash();
    EXPECT_EQ(fs_.contents("data/log/tile/0/000"), to_bytes("same"));
}

TEST_F(TileStoreTest, drops_partial_tiles_once_the_full_one_is_under_a_checkpoint) {
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000.p/5", to_bytes("part")}}));
    ASSERT_TRUE(store_->install_checkpoint("one\n"));
    ASSERT_TRUE(store_->write_tiles({{"tile/0/000", to_bytes("full")}}));
    EXPECT_EQ(read("tile/0/000.p/5"), to_bytes("part"));
    ASSERT_TRUE(store_->install_checkpoint("two\n"));
    EXPECT_EQ(read("tile/0/000.p/5"), std::nullopt);
    EXPECT_EQ(read("tile/0/000"), to_bytes("full"));
}

TEST_F(TileStoreTest, a_checkpoint_is_never_on_the_disk_before_its_tiles) {
    const std::vector<TileFile> tiles{{"tile/0/000", to_bytes("new tile")},
                                      {"tile/1/000.p/1", to_bytes("new parent")}};
    for (std::size_t n = 1;; ++n) {
        FaultFs fs;
        auto opened = TileStore::open(fs, "data/log");
        ASSERT_TRUE(opened);
        const auto store = *std::move(opened);
        ASSERT_TRUE(store->install_checkpoint("old\n"));
        fs.fail_change(n);
        const bool ok = store->write_tiles(tiles) && store->install_checkpoint("new\n");
        if (!ok) {
            const auto after = store->install_checkpoint("new\n");
            ASSERT_FALSE(after) << "alive after change " << n;
            EXPECT_EQ(after.error().code, ErrorCode::io);
            EXPECT_FALSE(store->read("checkpoint"));
        }
        fs.crash();
        const auto checkpoint = fs.contents("data/log/checkpoint");
        ASSERT_TRUE(checkpoint.has_value());
        if (*checkpoint == to_bytes("new\n")) {
            EXPECT_EQ(fs.contents("data/log/tile/0/000"), tiles[0].bytes);
            EXPECT_EQ(fs.contents("data/log/tile/1/000.p/1"), tiles[1].bytes);
        } else {
            EXPECT_EQ(*checkpoint, to_bytes("old\n"));
        }
        if (ok) break;
        ASSERT_LT(n, 100U);
    }
}

TEST_F(TileStoreTest, asking_for_a_folder_or_below_a_file_is_absent_not_an_error) {
    testing::TempFolder folder;
    PosixFileSystem fs;
    auto opened = TileStore::open(fs, folder / "log/");
    ASSERT_TRUE(opened);
    const auto store = *std::move(opened);
    ASSERT_TRUE(store->write_tiles({{"tile/0/000", to_bytes("x")}}));
    ASSERT_TRUE(store->install_checkpoint("note\n"));
    for (const char* const path : {"tile/0", "tile/0/000/5", "policies/0.cbor"}) {
        const auto bytes = store->read(path);
        ASSERT_TRUE(bytes) << path;
        EXPECT_EQ(*bytes, std::nullopt) << path;
    }
    const auto checkpoint = store->read("checkpoint");
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(*checkpoint, to_bytes("note\n"));
}

}  // namespace
}  // namespace ropenet::storage
