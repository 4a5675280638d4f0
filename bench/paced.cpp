// How long a client waits for "committed" at a pace that leaves the node idle most of the time,
// held against the disk that makes it wait.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "bench/catalogue.hpp"
#include "bench/child_node.hpp"
#include "bench/load.hpp"
#include "bench/rope_folder.hpp"
#include "bench/statistics.hpp"
#include "bench/stopwatch.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

constexpr double kPerSecond = 300;
constexpr std::size_t kConnections = 16;
constexpr double kMiddle = 0.5;
constexpr double kSlow = 0.99;
/// What a block of one transaction appends, about.
constexpr std::size_t kAppendBytes = 512;

class AppendedFile {
  public:
    explicit AppendedFile(const std::string& path)
        : file_{::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)} {}
    ~AppendedFile() {
        if (file_ >= 0) ::close(file_);
    }
    AppendedFile(const AppendedFile&) = delete;
    AppendedFile& operator=(const AppendedFile&) = delete;

    Result<void> append_and_sync() {
        const Bytes bytes(kAppendBytes, 0x5A);
        const auto size = static_cast<ssize_t>(bytes.size());
        if (::write(file_, bytes.data(), bytes.size()) == size && ::fdatasync(file_) == 0) {
            return {};
        }
        return fail(ErrorCode::io, std::string{"the disk: "} + std::strerror(errno));
    }

  private:
    int file_;
};

/// Milliseconds of each of `count` appends with fdatasync, at the same pace.
Result<std::vector<double>> sync_times(const std::string& path, std::size_t count) {
    using Clock = std::chrono::steady_clock;
    AppendedFile file{path};
    std::vector<double> out;
    const auto start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) {
        const std::chrono::duration<double> after{static_cast<double>(i) / kPerSecond};
        std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(after));
        const Stopwatch watch{TimeOf::wall};
        ROPE_DO(file.append_and_sync());
        out.push_back(watch.micros() / 1'000);
    }
    return out;
}

struct Rounds {
    std::vector<double> disk_middle, disk_slow, middle, slow, middle_bound, slow_bound;

    void add(const std::vector<double>& disk, const std::vector<double>& waits) {
        disk_middle.push_back(percentile(disk, kMiddle));
        disk_slow.push_back(percentile(disk, kSlow));
        middle.push_back(percentile(waits, kMiddle));
        slow.push_back(percentile(waits, kSlow));
        middle_bound.push_back(2 * disk_middle.back() + 1);
        slow_bound.push_back(4 * disk_slow.back() + 10);
    }
};

void report_rounds(Bench& bench, const Rounds& rounds) {
    const std::string bound = "at 300 tx/s, one a request; baseline: ";
    bench.report(figure_of("paced_p50", "ms", paired_of(rounds.middle, rounds.middle_bound),
                           bound + "2 x fdatasync p50 + 1 ms"));
    bench.report(figure_of("paced_p99", "ms", paired_of(rounds.slow, rounds.slow_bound),
                           bound + "4 x fdatasync p99 + 10 ms"));
    bench.report({.name = "fdatasync_p50",
                  .value = median(rounds.disk_middle),
                  .unit = "ms",
                  .note = "append of 512 bytes and fdatasync, at the same pace"});
    bench.report({.name = "fdatasync_p99",
                  .value = median(rounds.disk_slow),
                  .unit = "ms",
                  .note = "the same"});
}

}  // namespace

Result<void> measure_paced(Bench& bench) {
    ROPE_TRY(const node::DataFolder folder,
             make_rope_folder(bench.new_path("paced"), bench.people()));
    ROPE_TRY(const auto node,
             ChildNode::start(ChildNode::serve_options(bench.binary(), folder.path)));
    const std::string file = bench.new_path("disk");
    const LoadTarget target{.url = node->url(), .path = single_path(), .connections = kConnections};
    const std::size_t count = bench.pick(60, 1'500, 6'000);
    Rounds rounds;
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < bench.pick(1, 7, 7); ++i) {
        bench.say("paced, round " + std::to_string(i + 1));
        const std::int64_t expires_at_ms = SystemClock{}.wall_ms() + kTxLifetimeMsMax - 20'000;
        const auto txs =
            bench.people().sign_many({.number = next, .expires_at_ms = expires_at_ms}, count);
        next += count;
        ROPE_TRY(const auto disk, sync_times(file, count));
        ROPE_TRY(const auto waits, send_paced(target, txs, kPerSecond));
        rounds.add(disk, waits);
    }
    ROPE_DO(node->stop());
    report_rounds(bench, rounds);
    return {};
}

}  // namespace ropenet::bench
