#include "types/backup_manifest.hpp"

#include <gtest/gtest.h>

#include "base/testing/conformance.hpp"
#include "crypto/hash.hpp"

namespace ropenet {
namespace {

const BackupManifest kManifest{.origin = "city/register",
                               .height = 7,
                               .time_ms = 1'800'000'000'000,
                               .size = 20,
                               .root = Hash32{1},
                               .files_digest = Hash32{2}};

BackupError error_of(const std::string& text) {
    const auto read = backup_manifest_from_text(text);
    EXPECT_FALSE(read) << text;
    return read ? BackupError::too_many : read.error();
}

std::string changed(const std::string& from, const std::string& to) {
    std::string text = text_from_backup_manifest(kManifest);
    return text.replace(text.find(from), from.size(), to);
}

Bytes both_texts(vectors::SplitMix& random) {
    BackupManifest manifest{.origin = "dev.test/register"};
    manifest.height = random.below(1'000'000);
    manifest.time_ms = random.below(1'000'000);
    manifest.size = random.below(1'000'000);
    manifest.root = random.hash32();
    manifest.files_digest = random.hash32();
    std::vector<BackupFile> files;
    const std::uint64_t count = random.below(5);
    for (std::uint64_t i = 1; i <= count; ++i) {
        files.push_back(
            {.path = "blocks/00000" + std::to_string(i) + ".seg", .digest = random.hash32()});
    }
    Bytes out;
    append(out, view_of(text_from_backup_manifest(manifest)));
    append(out, view_of(text_from_backup_files(files)));
    return out;
}

TEST(BackupConformance, note_text_and_list_keep_their_form) {
    EXPECT_EQ(vectors::check_conformance("backup_manifest", both_texts,
                                         [](BytesView bytes) { return crypto::sha256(bytes); }),
              "");
}

TEST(BackupManifestTest, is_read_back_as_it_was_written) {
    const auto read = backup_manifest_from_text(text_from_backup_manifest(kManifest));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, kManifest);
}

TEST(BackupManifestTest, refuses_each_broken_line_by_its_reason) {
    EXPECT_EQ(error_of(changed("backup 1", "backup 2")), BackupError::lines);
    EXPECT_EQ(error_of(changed("city/", "City/")), BackupError::origin);
    EXPECT_EQ(error_of(changed("height 7", "height 07")), BackupError::number);
    EXPECT_EQ(error_of(changed("size 20\n", "")), BackupError::lines);
    EXPECT_EQ(error_of(changed("root 01", "root 0")), BackupError::digest);
    EXPECT_EQ(error_of(changed("root 01", "root 0G")), BackupError::digest);
    EXPECT_EQ(error_of(text_from_backup_manifest(kManifest) + "\n"), BackupError::lines);
}

TEST(BackupFilesTest, are_read_back_as_they_were_written) {
    const std::vector<BackupFile> files{{.path = "blocks/000001.seg", .digest = Hash32{1}},
                                        {.path = "genesis.cbor", .digest = Hash32{2}}};
    const auto read = backup_files_from_text(text_from_backup_files(files));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, files);
    const auto none = backup_files_from_text("");
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

TEST(BackupFilesTest, a_path_never_leaves_the_folder) {
    for (const char* path : {"", "/a", "a/", "a//b", "../a", "a/..", ".", "a b", "A", "a\\b"}) {
        const auto read =
            backup_files_from_text(text_from_backup_files({{.path = path, .digest = Hash32{}}}));
        ASSERT_FALSE(read) << path;
        EXPECT_EQ(read.error(), BackupError::path) << path;
    }
    EXPECT_TRUE(backup_files_from_text(
        text_from_backup_files({{.path = std::string(200, 'a'), .digest = Hash32{}}})));
    EXPECT_FALSE(backup_files_from_text(
        text_from_backup_files({{.path = std::string(201, 'a'), .digest = Hash32{}}})));
}

TEST(BackupFilesTest, each_path_stands_once_and_in_order) {
    const BackupFile a{.path = "a", .digest = Hash32{}};
    const BackupFile b{.path = "b", .digest = Hash32{}};
    EXPECT_EQ(backup_files_from_text(text_from_backup_files({a, a})).error(), BackupError::order);
    EXPECT_EQ(backup_files_from_text(text_from_backup_files({b, a})).error(), BackupError::order);
}

TEST(BackupFilesTest, a_line_has_one_form) {
    const std::string line = text_from_backup_files({{.path = "a", .digest = Hash32{}}});
    EXPECT_EQ(backup_files_from_text(line.substr(0, line.size() - 1)).error(), BackupError::lines);
    EXPECT_EQ(backup_files_from_text("x" + line.substr(1)).error(), BackupError::digest);
}

}  // namespace
}  // namespace ropenet
