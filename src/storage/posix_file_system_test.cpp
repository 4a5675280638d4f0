#include "storage/posix_file_system.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/folder_lock.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::storage {
namespace {

class PosixFileSystemTest : public ::testing::Test {
  protected:
    Bytes read(const std::string& name) {
        const auto bytes = read_file(fs_, folder_ / name, 1000);
        EXPECT_TRUE(bytes) << name;
        return bytes ? *bytes : Bytes{};
    }

    testing::TempFolder folder_;
    PosixFileSystem fs_;
};

TEST_F(PosixFileSystemTest, reads_back_what_was_appended_and_overwritten) {
    {
        auto file = fs_.open(folder_ / "f", OpenMode::append);
        ASSERT_TRUE(file);
        ASSERT_TRUE((*std::move(file))->append(view_of("hello world")));
    }
    auto file = fs_.open(folder_ / "f", OpenMode::write);
    ASSERT_TRUE(file);
    const auto handle = *std::move(file);
    ASSERT_TRUE(handle->write_at(6, view_of("W")));
    ASSERT_TRUE(handle->truncate(8));
    ASSERT_TRUE(handle->sync());
    EXPECT_EQ(read("f"), to_bytes("hello Wo"));
    const auto size = handle->size();
    ASSERT_TRUE(size);
    EXPECT_EQ(*size, 8U);
}

TEST_F(PosixFileSystemTest, reads_short_only_at_the_end_of_the_file) {
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "f", view_of("abc")));
    const auto file = fs_.open(folder_ / "f", OpenMode::read);
    ASSERT_TRUE(file);
    std::array<std::uint8_t, 8> out{};
    const auto got = (*file)->read_at(1, out);
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, 2U);
    const auto beyond = (*file)->read_at(100, out);
    ASSERT_TRUE(beyond);
    EXPECT_EQ(*beyond, 0U);
}

TEST_F(PosixFileSystemTest, says_not_found_for_a_missing_file_and_for_a_folder) {
    for (const char* const name : {"missing", ".", "missing/below"}) {
        const auto file = fs_.open(folder_ / name, OpenMode::read);
        ASSERT_FALSE(file) << name;
        EXPECT_EQ(file.error().code, ErrorCode::not_found) << name;
        EXPECT_NE(file.error().what.find(name), std::string::npos);
    }
}

TEST_F(PosixFileSystemTest, names_a_full_disk) {
    const auto file = fs_.open("/dev/full", OpenMode::write);
    ASSERT_TRUE(file);
    const auto done = (*file)->write_at(0, view_of("x"));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_NE(done.error().what.find("ENOSPC"), std::string::npos);
}

TEST_F(PosixFileSystemTest, makes_folders_with_their_parents_and_again) {
    ASSERT_TRUE(fs_.create_dirs(folder_ / "a/b/c"));
    ASSERT_TRUE(fs_.create_dirs(folder_ / "a/b/c/"));
    const auto there = fs_.exists(folder_ / "a/b/c");
    ASSERT_TRUE(there);
    EXPECT_TRUE(*there);
    ASSERT_TRUE(fs_.sync_dir(folder_ / "a"));
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "file", view_of("x")));
    EXPECT_FALSE(fs_.create_dirs(folder_ / "file/below"));
}

TEST_F(PosixFileSystemTest, lists_names_sorted) {
    for (const char* const name : {"b", "a", "c"}) {
        ASSERT_TRUE(write_file_atomically(fs_, folder_ / name, view_of("x")));
    }
    const auto names = fs_.list(folder_.path());
    ASSERT_TRUE(names);
    EXPECT_EQ(*names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(PosixFileSystemTest, removes_a_file_and_a_whole_folder) {
    ASSERT_TRUE(fs_.create_dirs(folder_ / "a/b"));
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "a/b/f", view_of("x")));
    ASSERT_TRUE(fs_.remove(folder_ / "a/b/f"));
    EXPECT_FALSE(fs_.remove(folder_ / "a/b/f"));
    ASSERT_TRUE(fs_.remove_all(folder_ / "a"));
    ASSERT_TRUE(fs_.remove_all(folder_ / "a"));
    const auto there = fs_.exists(folder_ / "a");
    ASSERT_TRUE(there);
    EXPECT_FALSE(*there);
}

TEST_F(PosixFileSystemTest, an_atomic_write_replaces_and_leaves_no_temporary_file) {
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "f", view_of("first")));
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "f", view_of("second")));
    EXPECT_EQ(read("f"), to_bytes("second"));
    const auto names = fs_.list(folder_.path());
    ASSERT_TRUE(names);
    EXPECT_EQ(names->size(), 1U);
}

TEST_F(PosixFileSystemTest, reads_a_file_of_the_limit_and_refuses_one_byte_more) {
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "f", Bytes(1000, 1)));
    EXPECT_EQ(read("f").size(), 1000U);
    ASSERT_TRUE(write_file_atomically(fs_, folder_ / "f", Bytes(1001, 1)));
    const auto bytes = read_file(fs_, folder_ / "f", 1000);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::invalid);
}

TEST_F(PosixFileSystemTest, a_second_lock_names_the_holder_and_the_folder) {
    const auto first = FolderLock::acquire(fs_, folder_.path());
    ASSERT_TRUE(first);
    const auto second = FolderLock::acquire(fs_, folder_.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::busy);
    EXPECT_EQ(second.error().what, "another ropenet process (pid " + std::to_string(::getpid()) +
                                       ") uses this folder: " + folder_.path());
}

TEST_F(PosixFileSystemTest, a_lock_ends_with_its_owner_even_when_that_is_killed) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto lock = FolderLock::acquire(fs_, folder_.path());
        ::kill(::getpid(), SIGKILL);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    {
        EXPECT_TRUE(FolderLock::acquire(fs_, folder_.path()));
    }
    EXPECT_TRUE(FolderLock::acquire(fs_, folder_.path()));
}

}  // namespace
}  // namespace ropenet::storage
