// The model itself: a test that trusts a wrong disk proves nothing.
#include <gtest/gtest.h>

#include "storage/testing/fault_fs.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;
using testing::Unsynced;

class FaultFsTest : public ::testing::Test {
  protected:
    FaultFsTest() { EXPECT_TRUE(fs_.create_dirs("d")); }

    std::unique_ptr<File> open(const std::string& path) {
        auto file = fs_.open(path, OpenMode::append);
        EXPECT_TRUE(file);
        return *std::move(file);
    }

    FaultFs fs_;
};

TEST_F(FaultFsTest, a_crash_loses_bytes_that_were_not_synced) {
    const auto file = open("d/f");
    ASSERT_TRUE(file->append(view_of("kept")));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(fs_.sync_dir("d"));
    ASSERT_TRUE(file->append(view_of("lost")));
    fs_.crash();
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("kept"));
}

TEST_F(FaultFsTest, a_crash_may_keep_half_of_what_was_not_synced) {
    const auto file = open("d/f");
    ASSERT_TRUE(file->append(view_of("kept")));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(fs_.sync_dir("d"));
    ASSERT_TRUE(file->append(view_of("torn")));
    fs_.crash(Unsynced::half_kept);
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("keptto"));
}

TEST_F(FaultFsTest, a_crash_loses_a_file_whose_folder_was_not_synced) {
    const auto file = open("d/f");
    ASSERT_TRUE(file->append(view_of("bytes")));
    ASSERT_TRUE(file->sync());
    fs_.crash();
    EXPECT_EQ(fs_.contents("d/f"), std::nullopt);
}

TEST_F(FaultFsTest, a_crash_undoes_a_rename_whose_folder_was_not_synced) {
    fs_.put("d/old", to_bytes("old"));
    fs_.put("d/new", to_bytes("new"));
    ASSERT_TRUE(fs_.rename("d/new", "d/old"));
    EXPECT_EQ(fs_.contents("d/old"), to_bytes("new"));
    fs_.crash();
    EXPECT_EQ(fs_.contents("d/old"), to_bytes("old"));
    EXPECT_EQ(fs_.contents("d/new"), to_bytes("new"));
}

TEST_F(FaultFsTest, a_synced_rename_of_unsynced_bytes_leaves_an_empty_file) {
    const auto file = open("d/new");
    ASSERT_TRUE(file->append(view_of("bytes")));
    ASSERT_TRUE(fs_.rename("d/new", "d/f"));
    ASSERT_TRUE(fs_.sync_dir("d"));
    fs_.crash();
    EXPECT_EQ(fs_.contents("d/f"), Bytes{});
}

TEST_F(FaultFsTest, only_the_named_change_fails_and_an_append_leaves_half) {
    const auto file = open("d/f");
    fs_.fail_change(2);
    EXPECT_TRUE(file->append(view_of("one ")));
    const auto failed = file->append(view_of("two "));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::io);
    EXPECT_TRUE(file->append(view_of("three")));
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("one twthree"));
}

TEST_F(FaultFsTest, a_handle_from_before_a_crash_is_useless) {
    const auto file = open("d/f");
    fs_.crash();
    EXPECT_FALSE(file->append(view_of("x")));
    EXPECT_FALSE(file->size());
}

TEST_F(FaultFsTest, an_atomic_write_leaves_the_old_or_the_new_bytes_wherever_it_fails) {
    for (std::size_t n = 1;; ++n) {
        FaultFs fs;
        fs.put("d/f", to_bytes("old"));
        const std::size_t before = fs.change_count();
        fs.fail_change(n);
        const bool succeeded = write_file_atomically(fs, "d/f", view_of("new")).has_value();
        fs.crash(n % 2 == 0 ? Unsynced::lost : Unsynced::half_kept);
        const auto bytes = fs.contents("d/f");
        ASSERT_TRUE(bytes.has_value());
        if (succeeded) {
            EXPECT_EQ(*bytes, to_bytes("new"));
            EXPECT_EQ(fs.change_count() - before, 5U);
            break;
        }
        EXPECT_TRUE(*bytes == to_bytes("old") || *bytes == to_bytes("new"));
    }
}

}  // namespace
}  // namespace ropenet::storage
