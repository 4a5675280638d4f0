// The model itself: a test that trusts a wrong disk proves nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST_F(FaultFsTest, a_torn_crash_keeps_old_and_new_sectors_side_by_side) {
    const Bytes old_bytes(8 * testing::kSectorBytes, 'o');
    fs_.put("d/f", old_bytes);
    const auto file = fs_.open("d/f", OpenMode::write);
    ASSERT_TRUE((*file)->write_at(0, Bytes(old_bytes.size(), 'n')));
    fs_.crash(Unsynced::torn, 1);
    const Bytes bytes = *fs_.contents("d/f");
    ASSERT_EQ(bytes.size(), old_bytes.size());
    std::size_t fresh = 0;
    for (std::size_t at = 0; at < bytes.size(); at += testing::kSectorBytes) {
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const auto last = first + std::ptrdiff_t{testing::kSectorBytes};
        EXPECT_TRUE(std::all_of(first, last, [&](std::uint8_t b) { return b == *first; }));
        if (*first == 'n') ++fresh;
    }
    EXPECT_GT(fresh, 0U);
    EXPECT_LT(fresh, 8U);
}

TEST_F(FaultFsTest, a_random_prefix_differs_by_seed_and_not_for_the_same_seed) {
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::size_t size = 0;
        for (int again = 0; again < 2; ++again) {
            FaultFs fs;
            fs.put("d/f", to_bytes("kept"));
            const auto file = fs.open("d/f", OpenMode::append);
            ASSERT_TRUE((*file)->append(view_of("in part")));
            fs.crash(Unsynced::prefix_kept, seed);
            const std::size_t now = fs.contents("d/f")->size();
            EXPECT_TRUE(again == 0 || now == size);
            size = now;
        }
        sizes.insert(size);
    }
    EXPECT_GT(sizes.size(), 3U);
    EXPECT_GE(*sizes.begin(), 4U);
    EXPECT_LE(*sizes.rbegin(), 11U);
}

TEST_F(FaultFsTest, a_rename_that_was_not_synced_is_wholly_done_or_wholly_undone) {
    std::set<bool> done;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        FaultFs fs;
        fs.put("d/old", to_bytes("old"));
        fs.put("d/new", to_bytes("new"));
        ASSERT_TRUE(fs.rename("d/new", "d/old"));
        fs.crash(Unsynced::torn, seed);
        const bool is_done = !fs.contents("d/new").has_value();
        EXPECT_EQ(fs.contents("d/old"), to_bytes(is_done ? "new" : "old"));
        done.insert(is_done);
    }
    EXPECT_EQ(done.size(), 2U);
}

TEST_F(FaultFsTest, after_power_off_nothing_works_until_the_crash) {
    const auto file = open("d/f");
    fs_.power_off_at(2);
    EXPECT_TRUE(file->append(view_of("one")));
    EXPECT_FALSE(file->append(view_of("two")));
    EXPECT_FALSE(file->sync());
    Bytes out(3);
    EXPECT_FALSE(file->read_at(0, out));
    EXPECT_FALSE(fs_.open("d/f", OpenMode::read));
    fs_.crash(Unsynced::kept);
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("one"));
}

TEST_F(FaultFsTest, reads_and_syncs_fail_once_or_from_then_on) {
    const auto file = open("d/f");
    Bytes out(1);
    fs_.fail_nth(testing::Operation::read, 2, testing::Lasting::once);
    EXPECT_TRUE(file->read_at(0, out));
    EXPECT_FALSE(file->read_at(0, out));
    EXPECT_TRUE(file->read_at(0, out));
    fs_.fail_nth(testing::Operation::sync, 1, testing::Lasting::from_then_on);
    EXPECT_FALSE(file->sync());
    EXPECT_FALSE(fs_.sync_dir("d"));
    EXPECT_TRUE(file->append(view_of("x")));
}

TEST_F(FaultFsTest, a_full_disk_takes_what_fits_and_works_again_with_room) {
    const auto file = open("d/f");
    fs_.set_capacity(5);
    EXPECT_TRUE(file->append(view_of("12345")));
    const auto refused = file->append(view_of("6"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("ENOSPC"), std::string::npos);
    fs_.set_capacity(7);
    EXPECT_FALSE(file->append(view_of("678")));
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("1234567"));
    fs_.set_capacity(std::nullopt);
    EXPECT_TRUE(file->append(view_of("8")));
}

TEST_F(FaultFsTest, a_misdone_write_is_reported_as_done) {
    const auto file = open("d/f");
    fs_.misdo_write(1, testing::Misdeed::shortened);
    EXPECT_TRUE(file->append(view_of("abcd")));
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("ab"));
    fs_.misdo_write(1, testing::Misdeed::misdirected);
    EXPECT_TRUE(file->append(view_of("cd")));
    EXPECT_EQ(fs_.contents("d/f")->size(), 2 + testing::kSectorBytes + 2);
}

TEST_F(FaultFsTest, rot_turns_single_bits_over_and_says_where) {
    fs_.put("d/f", Bytes(100));
    const auto flipped = fs_.rot(1, 7);
    ASSERT_EQ(flipped.size(), 1U);
    Bytes expected(100);
    expected[flipped[0].at / 8] = static_cast<std::uint8_t>(1U << (flipped[0].at % 8));
    EXPECT_EQ(fs_.contents("d/f"), expected);
    fs_.crash();
    EXPECT_EQ(fs_.contents("d/f"), expected);
    fs_.flip(flipped[0]);
    EXPECT_EQ(fs_.contents("d/f"), Bytes(100));
}

TEST_F(FaultFsTest, a_copy_made_before_a_change_is_the_disk_before_it) {
    std::vector<std::unique_ptr<FaultFs>> copies;
    const auto file = open("d/f");
    fs_.on_change([&] { copies.push_back(fs_.copy()); });
    ASSERT_TRUE(file->append(view_of("a")));
    ASSERT_TRUE(file->append(view_of("b")));
    ASSERT_EQ(copies.size(), 2U);
    EXPECT_EQ(copies[0]->contents("d/f"), Bytes{});
    EXPECT_EQ(copies[1]->contents("d/f"), to_bytes("a"));
    copies[1]->crash(Unsynced::kept);
    EXPECT_EQ(copies[1]->contents("d/f"), to_bytes("a"));
    EXPECT_EQ(fs_.contents("d/f"), to_bytes("ab"));
}

}  // namespace
}  // namespace ropenet::storage
