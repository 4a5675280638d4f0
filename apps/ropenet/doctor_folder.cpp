// What doctor sees in the data folder and on its disk.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "ropenet/doctor.hpp"
#include "ropenet/folder_facts.hpp"

namespace ropenet::cli {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kFreeLeast = 1'024 * kMiB;
constexpr double kSlowSyncMs = 20;

std::string ms_text(double ms) {
    const auto hundredths = static_cast<std::uint64_t>(ms * 100 + 0.5);
    const std::string rest = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + "." + (rest.size() < 2 ? "0" + rest : rest);
}

void look_at_key(const std::filesystem::path& path, Findings& out) {
    struct stat status{};
    const std::string name = path.string();
    if (::lstat(name.c_str(), &status) != 0) return;
    constexpr unsigned kOthers = 077;
    if (S_ISREG(status.st_mode) && (status.st_mode & kOthers) != 0) {
        out.push_back({.id = "keys.mode",
                       .severity = Severity::problem,
                       .what = {name + " is open to group or others", name + " 可被组或他人读取"},
                       .fix = {"chmod 600 " + name + "; if others may have read it, change the key",
                               "chmod 600 " + name + "；若可能已被他人读取，请更换密钥"}});
    }
    if (status.st_uid != ::geteuid() && ::geteuid() != 0) {
        out.push_back({.id = "keys.owner",
                       .severity = Severity::warning,
                       .what = {name + " belongs to another user", name + " 属于其他用户"},
                       .fix = {"run the node as its owner, or chown it",
                               "请以其所有者运行节点，或用 chown 更改所有者"}});
    }
}

void look_at_rope(const node::DataFolder& folder, const std::string& name, Findings& out) {
    std::error_code error;
    const std::filesystem::path rope = folder.rope(name);
    const auto missing = [&](const std::string& path, const Words& fix) {
        out.push_back({.id = "rope.missing",
                       .severity = Severity::problem,
                       .what = {path + " is missing", path + " 缺失"},
                       .fix = fix});
    };
    const Words restore{"restore the rope: `ropenet node backup restore`",
                        "恢复该账绳：`ropenet node backup restore`"};
    for (const char* part : {"genesis.cbor", "policy.txt", "keys.txt"}) {
        if (!std::filesystem::exists(rope / part, error)) missing((rope / part).string(), restore);
    }
    const auto tail = tail_of(rope / "blocks");
    if (!std::filesystem::exists(rope / "blocks", error)) {
        missing((rope / "blocks").string(), restore);
    } else if (tail && !tail->whole) {
        const std::string height = std::to_string(tail->last_height);
        out.push_back(
            {.id = "rope.damaged",
             .severity = Severity::warning,
             .what = {name + ": the block log cannot be read after height " + height,
                      name + "：区块日志在高度 " + height + " 之后无法读取"},
             .fix = {
                 "start the node: what a crash left above the last acknowledged block it cuts off, "
                 "anything else it names",
                 "启动节点：崩溃在最后确认区块之后留下的残余会被截去，其他损坏会被指明"}});
    }
    if (!std::filesystem::exists(rope / "log" / "checkpoint", error) && tail) {
        missing(
            (rope / "log" / "checkpoint").string(),
            {"make the log again from the blocks: `ropenet node repair --data " + folder.path + "`",
             "由区块重建日志：`ropenet node repair --data " + folder.path + "`"});
    }
    if (std::filesystem::exists(folder.read_only_marker(name), error)) return;
    for (const char* purpose : {"log", "cosign", "receipt"}) {
        const std::string key = folder.key(name, purpose);
        if (std::filesystem::exists(key, error)) continue;
        missing(key, {"put the key back from where you keep it; without it the rope cannot go on",
                      "请从保管处取回该密钥；没有它账绳无法继续"});
    }
}

}  // namespace

void look_at_keys(const node::DataFolder& folder, const node::Config& config, Findings& out) {
    const std::size_t before = out.size();
    if (!config.tls_key.empty()) look_at_key(config.tls_key, out);
    std::error_code error;
    std::filesystem::directory_iterator it{folder.keys(), error};
    if (error) {
        out.push_back({.id = "keys.folder",
                       .severity = Severity::problem,
                       .what = {folder.keys() + " cannot be listed: " + error.message(),
                                folder.keys() + " 无法读取：" + error.message()},
                       .fix = {"run this as the node's user", "请以节点的用户运行"}});
        return;
    }
    for (; !error && it != std::filesystem::directory_iterator{}; it.increment(error))
        look_at_key(it->path(), out);
    if (out.size() != before) return;
    out.push_back({.id = "keys",
                   .severity = Severity::ok,
                   .what = {"keys are readable by their owner alone", "密钥仅所有者可读"},
                   .fix = {}});
}

void look_at_ropes(const node::DataFolder& folder, const node::Config& config, Findings& out) {
    const std::size_t before = out.size();
    for (const std::string& name : config.ropes)
        look_at_rope(folder, name, out);
    if (out.size() != before) return;
    const std::string count = std::to_string(config.ropes.size());
    out.push_back({.id = "ropes",
                   .severity = Severity::ok,
                   .what = {"genesis, policy, keys and the end of the block log of " + count +
                                " ropes are there",
                            count + " 条账绳的创世、策略、密钥与区块日志末端齐全"},
                   .fix = {}});
}

void look_at_disk(const node::DataFolder& folder, Findings& out) {
    if (const auto disk = disk_of(folder.path)) {
        const std::string free = std::to_string(disk->free_bytes / kMiB) + " MiB";
        const bool little = disk->free_bytes < kFreeLeast;
        out.push_back({.id = "disk.space",
                       .severity = little ? Severity::warning : Severity::ok,
                       .what = {free + " are free", "可用空间 " + free},
                       .fix = little
                                  ? Words{"make room: at 0 the node stops with exit 74 and loses "
                                          "nothing",
                                          "请腾出空间：写满时节点以 74 退出，数据不会丢失"}
                                  : Words{}});
        const bool unfit = disk->forgets || disk->remote;
        out.push_back(
            {.id = "disk.type",
             .severity = unfit ? Severity::warning : Severity::ok,
             .what = {"the file system is " + disk->type, "文件系统为 " + disk->type},
             .fix = disk->forgets ? Words{"keep the data on a disk: this one is memory",
                                          "请将数据放在磁盘上：此处为内存"}
                    : disk->remote
                        ? Words{"keep the data on a disk of this machine: over a network, "
                                "fdatasync may promise what it does not keep",
                                "请将数据放在本机磁盘：经网络时 fdatasync 未必可靠"}
                        : Words{}});
    }
    const auto syncs = measure_syncs(folder.path);
    if (!syncs) {
        out.push_back({.id = "disk.write",
                       .severity = Severity::problem,
                       .what = {folder.path + " cannot be written", folder.path + " 无法写入"},
                       .fix = {"run this as the node's user; look for a full or read-only disk",
                               "请以节点的用户运行；检查磁盘是否已满或只读"}});
        return;
    }
    const bool slow = syncs->p99_ms > kSlowSyncMs;
    const std::string times = ms_text(syncs->p50_ms) + " / " + ms_text(syncs->p99_ms) + " ms";
    out.push_back({.id = "disk.fdatasync",
                   .severity = slow ? Severity::warning : Severity::ok,
                   .what = {"fdatasync takes " + times + " (p50 / p99)",
                            "fdatasync 耗时 " + times + "（p50 / p99）"},
                   .fix = slow ? Words{"every commit waits for it: use an SSD with power-loss "
                                       "protection, or fewer neighbours",
                                       "每次提交都须等待：请使用带掉电保护的 SSD，或减少同盘负载"}
                               : Words{}});
}

}  // namespace ropenet::cli
