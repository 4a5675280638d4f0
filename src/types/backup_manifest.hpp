// What a backup of one rope says of itself: a signed note, and the list of files it names.
//
//   note text = "ropenet backup 1\n" "origin " origin "\n" "height " n "\n" "time_ms " n "\n"
//               "size " n "\n" "root " 64hex "\n" "files " 64hex "\n"
//   files     = *(64hex "  " path "\n")       ; SHA-256; sorted by path; as sha256sum writes it
//
// `size` and `root` are those of the checkpoint that the backup ends at, `height` its block. The
// note is signed by the log key; its first line is no origin, so it can never pass for a
// checkpoint. Format: docs/spec/backup.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

inline constexpr std::size_t kBackupFilesMax = 100'000;

struct BackupManifest {
    std::string origin;
    std::uint64_t height = 0;
    std::uint64_t time_ms = 0;  // when it was made
    std::uint64_t size = 0;
    Hash32 root{};
    Hash32 files_digest{};  // SHA-256 of the list

    friend bool operator==(const BackupManifest&, const BackupManifest&) = default;
};

struct BackupFile {
    std::string path;  // below the rope's folder: [a-z0-9./-], no part of it ".." or empty
    Hash32 digest{};

    friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

enum class BackupError : std::uint8_t { lines, origin, number, digest, path, order, too_many };

std::string text_from_backup_manifest(const BackupManifest& manifest);
Expected<BackupManifest, BackupError> backup_manifest_from_text(std::string_view text);

/// Pre: sorted by path, each once.
std::string text_from_backup_files(const std::vector<BackupFile>& files);
Expected<std::vector<BackupFile>, BackupError> backup_files_from_text(std::string_view text);

}  // namespace ropenet
