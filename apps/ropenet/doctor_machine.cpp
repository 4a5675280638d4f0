// What doctor sees of the machine and of the node that runs.
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/meter.hpp"
#include "concurrency/clock.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "node/fast_verification.hpp"
#include "ordering/solo/clock_guard.hpp"
#include "ropenet/doctor.hpp"
#include "ropenet/folder_facts.hpp"
#include "ropenet/session.hpp"
#include "ropenet/tx_answer.hpp"
#include "storage/folder_lock.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

constexpr std::int64_t kClocksDifferMs = 2'000;
/// A node that says nothing for so long is a finding, not something to wait for.
constexpr std::chrono::milliseconds kPatience{5'000};
constexpr rlim_t kOpenFilesLeast = 4'096;
constexpr std::uint64_t kMemoryLeast = 1ULL << 30;

void look_at_rope_clock(const std::string& name, const LogTail& tail, std::int64_t now_ms,
                        Findings& out) {
    const auto at_start = ordering::clock_at_start(tail.last_ms, now_ms);
    if (at_start == ordering::ClockAtStart::fits) return;
    const bool behind = at_start == ordering::ClockAtStart::behind;
    const std::string last = utc_text(static_cast<std::uint64_t>(tail.last_ms));
    out.push_back(
        {.id = behind ? "clock.behind" : "clock.ahead",
         .severity = behind ? Severity::problem : Severity::note,
         .what = {"the clock is " + std::string{behind ? "behind" : "over 24 h ahead of"} +
                      " the last block of " + name + " (" + last + ")",
                  "时钟" + std::string{behind ? "早于" : "超前 24 小时以上于"} + " " + name +
                      " 的最后区块（" + last + "）"},
         .fix = {"set the clock right, or start with --accept-clock if it is right",
                 "请校正时钟；若时钟无误，以 --accept-clock 启动"}});
}

void look_at_time_service(Findings& out) {
    timex state{};
    const int clock = ::adjtimex(&state);
    if (clock < 0) return;
    const bool set = clock != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
    out.push_back({.id = "clock.sync",
                   .severity = set ? Severity::ok : Severity::warning,
                   .what = set ? Words{"the clock follows a time service", "时钟已与时间服务同步"}
                               : Words{"the clock follows no time service", "时钟未与时间服务同步"},
                   .fix = set ? Words{}
                              : Words{"run chrony or systemd-timesyncd: block time is evidence",
                                      "请运行 chrony 或 systemd-timesyncd：区块时间是证据"}});
}

/// Binds it and lets it go.
void look_at_address(const std::string& address, Findings& out) {
    NullLog log;
    NullMeter meter;
    http::ServerConfig config{.address = address, .threads = 1};
    const auto bound = http::Server::start(
        config, [](const http::Request&, const http::Responder&) {}, log, meter);
    out.push_back({.id = "port",
                   .severity = bound ? Severity::ok : Severity::problem,
                   .what = bound ? Words{address + " is free", address + " 可用"}
                                 : Words{bound.error().what, "无法监听 " + address},
                   .fix = bound ? Words{}
                                : Words{"stop what listens there, or change `http` in node.toml",
                                        "请停止占用该地址的程序，或修改 node.toml 中的 `http`"}});
}

/// Whether a process has the folder's lock. It is taken and let go at once.
bool is_held(const std::string& folder) {
    storage::PosixFileSystem files;
    const auto lock = storage::FolderLock::acquire(files, folder);
    return !lock && lock.error().code == ErrorCode::busy;
}

/// As a running node wrote it; empty when that cannot be read.
std::string address_in(const std::string& path) {
    constexpr std::size_t kBytesMax = 64 * 1024;
    const auto bytes = read_input_file(path, kBytesMax);
    const auto document = bytes ? json::parse(text_of(*bytes)) : json::parse("");
    return document ? text_at(*document, "http") : std::string{};
}

void look_at_running(const Options& options, Findings& out) {
    auto opened = Session::open(options, kPatience);
    if (!opened) {
        out.push_back({.id = "node.silent",
                       .severity = Severity::problem,
                       .what = opened.error().what,
                       .fix = opened.error().next});
        return;
    }
    Session session = *std::move(opened);
    const auto time = session.node_time_ms();
    const std::int64_t here_ms = SystemClock{}.wall_ms();
    const bool differs =
        time && (*time > here_ms ? *time - here_ms : here_ms - *time) > kClocksDifferMs;
    out.push_back({.id = "node",
                   .severity = differs ? Severity::warning : Severity::ok,
                   .what = differs ? Words{"the node at " + options.node_url() +
                                               " has another time than this machine",
                                           "节点 " + options.node_url() + " 的时间与本机不同"}
                                   : Words{"a node answers at " + options.node_url(),
                                           "节点 " + options.node_url() + " 正常应答"},
                   .fix = differs ? Words{"look at both clocks", "请检查双方时钟"} : Words{}});
}

}  // namespace

void look_at_clock(const node::DataFolder& folder, const node::Config& config, Findings& out) {
    const std::int64_t now_ms = SystemClock{}.wall_ms();
    for (const std::string& name : config.ropes) {
        const auto tail = tail_of(folder.rope(name) + "/blocks");
        if (tail) look_at_rope_clock(name, *tail, now_ms, out);
    }
    look_at_time_service(out);
}

void look_at_machine(Findings& out) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        const bool few = files.rlim_max < kOpenFilesLeast;
        const std::string count =
            files.rlim_max == RLIM_INFINITY ? "any number of" : std::to_string(files.rlim_max);
        out.push_back(
            {.id = "limits.files",
             .severity = few ? Severity::warning : Severity::ok,
             .what = {"a process may open " + count + " files", "进程可打开文件数上限：" + count},
             .fix = few ? Words{"raise LimitNOFILE of the unit, or `ulimit -Hn`, to 8192",
                                "请将服务单元的 LimitNOFILE 或 `ulimit -Hn` 提高到 8192"}
                        : Words{}});
    }
    const auto memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const bool little = memory < kMemoryLeast;
    const std::string mib = std::to_string(memory >> 20U) + " MiB";
    out.push_back({.id = "memory",
                   .severity = little ? Severity::warning : Severity::ok,
                   .what = {"the machine has " + mib + " of memory", "内存 " + mib},
                   .fix = little ? Words{"a node with a million transactions wants 1 GiB",
                                         "百万笔交易的节点需要 1 GiB 内存"}
                                 : Words{}});
    const auto fast = node::find_fast_verification();
    const std::string words = fast ? fast->words : fast.error().what;
    out.push_back({.id = "cpu",
                   .severity = fast ? Severity::note : Severity::warning,
                   .what = {words, "签名验证：" + words},
                   .fix = fast ? Words{} : Words{"unset ROPENET_VERIFY", "请取消 ROPENET_VERIFY"}});
}

void look_at_node(const Options& options, const node::DataFolder& folder,
                  const node::Config& config, Findings& out) {
    if (!options.http.empty()) return look_at_running(options, out);
    std::error_code error;
    const bool announced = std::filesystem::exists(folder.running(), error);
    const bool runs = is_held(folder.path);
    if (runs && announced) {
        Options its = options;
        its.http = address_in(folder.running());
        its.rope.clear();
        return look_at_running(its, out);
    }
    if (runs) {
        out.push_back({.id = "node.starting",
                       .severity = Severity::note,
                       .what = {"a program holds the folder and has announced no address",
                                "有程序占用该目录，但尚未公布地址"},
                       .fix = {"a node that starts, repairs or stops: look again later",
                               "节点正在启动、修复或停止：请稍后再看"}});
        return;
    }
    if (announced) {
        out.push_back(
            {.id = "node.stale",
             .severity = Severity::note,
             .what = {folder.running() + " names a node that no longer runs: it was killed",
                      folder.running() + " 所指节点已不在运行：曾被强制终止"},
             .fix = {"nothing to do: the next start writes it anew",
                     "无需处理：下次启动时会重新写入"}});
    }
    look_at_address(config.http, out);
}

}  // namespace ropenet::cli
