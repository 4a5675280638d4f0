// What can be measured of a data folder and its disk without opening anything: `node du` and
// `doctor` tell it.
//
// Reads only, but for measure_syncs(). Beside a running node it sees a moment of it. Any thread.
// Errors: what cannot be read is absent, and counts no bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ropenet::cli {

/// Of all regular files below, symbolic links not followed.
std::uint64_t bytes_below(const std::filesystem::path& folder);

struct DiskFacts {
    std::uint64_t bytes = 0;
    std::uint64_t free_bytes = 0;  // for this user
    std::string type;              // "ext4", "tmpfs", ...; hexadecimal when it is none we know
    bool forgets = false;          // in memory: gone with the machine
    bool remote = false;           // over a network: fdatasync is somebody's promise
};
std::optional<DiskFacts> disk_of(const std::filesystem::path& folder);

/// The blocks at the end of a block log: at most the last 64 MiB of it.
struct LogTail {
    std::uint64_t last_height = 0;
    std::int64_t first_ms = 0;  // of the first block in the newest segment that has two
    std::int64_t last_ms = 0;
    std::uint64_t log_size = 0;
    std::uint64_t segment_bytes = 0;
    bool whole = true;  // nothing after the last block that can be read
};
/// Absent while there is no block.
std::optional<LogTail> tail_of(const std::filesystem::path& blocks);

/// Appends of 512 bytes with fdatasync, in milliseconds; the file is gone afterwards.
struct SyncTimes {
    double p50_ms = 0;
    double p99_ms = 0;
};
std::optional<SyncTimes> measure_syncs(const std::filesystem::path& folder);

}  // namespace ropenet::cli
