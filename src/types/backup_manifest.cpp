#include "types/backup_manifest.hpp"

#include <algorithm>
#include <optional>

#include "types/checkpoint.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kFirstLine = "ropenet backup 1\n";
constexpr std::size_t kPathBytesMax = 200;
constexpr std::size_t kHexDigits = 64;

/// The rest of the next line, which begins with `name` and a space; takes it off `text`.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(' ')) return std::nullopt;
    text.remove_prefix(end + 1);
    return line.substr(name.size() + 1);
}

Expected<std::uint64_t, BackupError> take_number(std::string_view& text, std::string_view name) {
    const auto line = take_line(text, name);
    if (!line) return Unexpected{BackupError::lines};
    const auto number = decimal_from_text(*line);
    if (!number) return Unexpected{BackupError::number};
    return *number;
}

std::optional<Hash32> digest_from(std::string_view digits) {
    if (digits.size() != kHexDigits) return std::nullopt;
    const auto digest = hash32_from_hex(digits);
    return digest && hex(*digest) == digits ? digest : std::nullopt;
}

Expected<Hash32, BackupError> take_digest(std::string_view& text, std::string_view name) {
    const auto line = take_line(text, name);
    if (!line) return Unexpected{BackupError::lines};
    const auto digest = digest_from(*line);
    if (!digest) return Unexpected{BackupError::digest};
    return *digest;
}

bool is_path_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
}

bool is_backup_path(std::string_view path) {
    if (path.empty() || path.size() > kPathBytesMax) return false;
    if (!std::ranges::all_of(path, is_path_char)) return false;
    while (true) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

std::string text_from_backup_manifest(const BackupManifest& manifest) {
    return std::string{kFirstLine} + "origin " + manifest.origin + "\nheight " +
           std::to_string(manifest.height) + "\ntime_ms " + std::to_string(manifest.time_ms) +
           "\nsize " + std::to_string(manifest.size) + "\nroot " + hex(manifest.root) + "\nfiles " +
           hex(manifest.files_digest) + "\n";
}

Expected<BackupManifest, BackupError> backup_manifest_from_text(std::string_view text) {
    if (!text.starts_with(kFirstLine)) return Unexpected{BackupError::lines};
    text.remove_prefix(kFirstLine.size());
    BackupManifest out;
    const auto origin = take_line(text, "origin");
    if (!origin) return Unexpected{BackupError::lines};
    if (!is_origin(*origin)) return Unexpected{BackupError::origin};
    out.origin = *origin;
    ROPE_TRY(out.height, take_number(text, "height"));
    ROPE_TRY(out.time_ms, take_number(text, "time_ms"));
    ROPE_TRY(out.size, take_number(text, "size"));
    ROPE_TRY(out.root, take_digest(text, "root"));
    ROPE_TRY(out.files_digest, take_digest(text, "files"));
    if (!text.empty()) return Unexpected{BackupError::lines};
    return out;
}

std::string text_from_backup_files(const std::vector<BackupFile>& files) {
    std::string text;
    for (const BackupFile& file : files)
        text += hex(file.digest) + "  " + file.path + "\n";
    return text;
}

Expected<std::vector<BackupFile>, BackupError> backup_files_from_text(std::string_view text) {
    std::vector<BackupFile> files;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || end < kHexDigits + 2) {
            return Unexpected{BackupError::lines};
        }
        const auto digest = digest_from(text.substr(0, kHexDigits));
        if (!digest) return Unexpected{BackupError::digest};
        if (text.substr(kHexDigits, 2) != "  ") return Unexpected{BackupError::lines};
        const std::string_view path = text.substr(kHexDigits + 2, end - kHexDigits - 2);
        if (!is_backup_path(path)) return Unexpected{BackupError::path};
        if (!files.empty() && files.back().path >= path) return Unexpected{BackupError::order};
        if (files.size() == kBackupFilesMax) return Unexpected{BackupError::too_many};
        files.push_back({.path = std::string{path}, .digest = *digest});
        text.remove_prefix(end + 1);
    }
    return files;
}

}  // namespace ropenet
