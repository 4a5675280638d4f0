#include "ropenet/folder_facts.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "ropenet/options.hpp"
#include "storage/block_entry.hpp"
#include "storage/segment_scan.hpp"
#include "types/block.hpp"

namespace ropenet::cli {
namespace {

constexpr std::size_t kSyncs = 200;
constexpr std::size_t kSegmentBytesMax = 256U << 20;

struct KnownDisk {
    std::uint64_t magic;  // statfs(2)
    const char* name;
    bool forgets;
    bool remote;
};
constexpr std::array kKnownDisks{
    KnownDisk{0xEF53, "ext4", false, false},        KnownDisk{0x58465342, "xfs", false, false},
    KnownDisk{0x9123683E, "btrfs", false, false},   KnownDisk{0x2FC12FC1, "zfs", false, false},
    KnownDisk{0x794C7630, "overlay", false, false}, KnownDisk{0x01021994, "tmpfs", true, false},
    KnownDisk{0x858458F6, "ramfs", true, false},    KnownDisk{0x6969, "nfs", false, true},
    KnownDisk{0xFF534D42, "cifs", false, true},     KnownDisk{0xFE534D42, "smb2", false, true},
    KnownDisk{0x65735546, "fuse", false, true},     KnownDisk{0x01021997, "9p", false, true},
};

std::string hexadecimal(std::uint64_t number) {
    std::string out;
    do {
        out.insert(out.begin(), "0123456789abcdef"[number % 16]);
        number /= 16;
    } while (number != 0);
    return "0x" + out;
}

/// Of one segment; absent when it holds no whole block.
std::optional<LogTail> tail_in(const std::filesystem::path& segment) {
    const auto bytes = read_input_file(segment, kSegmentBytesMax);
    if (!bytes || bytes->size() < storage::kEntryHeaderBytes) return std::nullopt;
    const auto first =
        storage::decode_entry_header(std::span{*bytes}.first<storage::kEntryHeaderBytes>());
    std::optional<LogTail> out;
    const auto scan =
        storage::scan_segment(*bytes, first.height, ~std::uint64_t{0} - 1,
                              [&](std::uint64_t height, BytesView encoded) -> Result<void> {
                                  const auto block = decode_block(encoded);
                                  if (!block)
                                      return fail(ErrorCode::corrupt, "a block cannot be read");
                                  if (!out) out = LogTail{.first_ms = block->time_ms};
                                  out->last_height = height;
                                  out->last_ms = block->time_ms;
                                  out->log_size = block->log_size;
                                  return {};
                              });
    if (!out) return out;
    out->whole = scan && scan->whole;
    if (scan) out->segment_bytes = scan->bytes;
    return out;
}

double at_percent(const std::vector<double>& sorted, std::size_t percent) {
    return sorted[(sorted.size() - 1) * percent / 100];
}

}  // namespace

std::uint64_t bytes_below(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    std::filesystem::recursive_directory_iterator it{
        folder, std::filesystem::directory_options::skip_permission_denied, error};
    for (; !error && it != std::filesystem::recursive_directory_iterator{}; it.increment(error)) {
        std::error_code gone;  // between listing and asking
        if (it->is_symlink(gone) || !it->is_regular_file(gone)) continue;
        const std::uint64_t size = it->file_size(gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

std::optional<DiskFacts> disk_of(const std::filesystem::path& folder) {
    struct statvfs space{};
    struct statfs kind{};
    if (::statvfs(folder.c_str(), &space) != 0 || ::statfs(folder.c_str(), &kind) != 0) {
        return std::nullopt;
    }
    const auto magic = static_cast<std::uint64_t>(kind.f_type) & 0xFFFFFFFFU;
    DiskFacts out{.bytes = std::uint64_t{space.f_blocks} * space.f_frsize,
                  .free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize,
                  .type = hexadecimal(magic)};
    const auto known = std::ranges::find(kKnownDisks, magic, &KnownDisk::magic);
    if (known != kKnownDisks.end()) {
        out.type = known->name;
        out.forgets = known->forgets;
        out.remote = known->remote;
    }
    return out;
}

std::optional<LogTail> tail_of(const std::filesystem::path& blocks) {
    std::vector<std::filesystem::path> segments;
    std::error_code error;
    std::filesystem::directory_iterator it{blocks, error};
    for (; !error && it != std::filesystem::directory_iterator{}; it.increment(error)) {
        if (it->path().extension() == ".seg") segments.push_back(it->path());
    }
    std::ranges::sort(segments, std::greater{});
    // The newest may have just been begun.
    constexpr std::size_t kLooked = 2;
    std::optional<LogTail> newest;
    for (const auto& segment : std::span{segments}.first(std::min(segments.size(), kLooked))) {
        const auto tail = tail_in(segment);
        if (!tail) continue;
        if (!newest) newest = tail;
        if (tail->last_ms > tail->first_ms) {
            newest->first_ms = tail->first_ms;
            newest->whole = newest->whole && tail->whole;
            newest->segment_bytes +=
                newest->last_height == tail->last_height ? 0 : tail->segment_bytes;
            return newest;
        }
    }
    return newest;
}

std::optional<SyncTimes> measure_syncs(const std::filesystem::path& folder) {
    std::string path = (folder / "doctor-XXXXXX").string();
    const int file = ::mkostemp(path.data(), O_CLOEXEC);
    if (file < 0) return std::nullopt;
    ::unlink(path.c_str());  // whatever ends us, nothing stays
    std::vector<double> times;
    const std::array<char, 512> bytes{};
    bool good = true;
    for (std::size_t i = 0; good && i < kSyncs; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        good = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
               ::fdatasync(file) == 0;
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begun;
        times.push_back(took.count());
    }
    ::close(file);
    if (!good) return std::nullopt;
    std::ranges::sort(times);
    return SyncTimes{.p50_ms = at_percent(times, 50), .p99_ms = at_percent(times, 99)};
}

}  // namespace ropenet::cli
