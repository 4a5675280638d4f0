#include "bench/load.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include "bench/people.hpp"
#include "bench/stopwatch.hpp"
#include "concurrency/mutex.hpp"
#include "http/client.hpp"

namespace ropenet::bench {
namespace {

constexpr std::string_view kCommitted = "\"status\":\"committed\"";
constexpr unsigned kOk = 200;

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at)) {
        at += word.size();
        ++count;
    }
    return count;
}

std::string rope_path() {
    return "/v1/ropes/" + std::string{kRope};
}

/// The first error of several threads.
class FirstError {
  public:
    void note(const Error& error) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        if (!error_) error_ = error;
        failed_.store(true);
    }
    bool any() const { return failed_.load(); }
    Result<void> result() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        if (error_) return Unexpected{*error_};
        return {};
    }

  private:
    mutable Mutex mutex_;
    std::optional<Error> error_ ROPE_GUARDED_BY(mutex_);
    std::atomic<bool> failed_{false};
};

Error not_committed(const http::Response& response) {
    constexpr std::size_t kShown = 300;
    return {.code = ErrorCode::unavailable,
            .what = "not every transaction was committed; HTTP " + std::to_string(response.status) +
                    " " + std::string{response.body_text().substr(0, kShown)}};
}

/// `work(client, thread)` on one thread a connection; seconds until all have ended.
using ClientWork = std::function<Result<void>(http::Client&)>;
Result<double> on_connections(const LoadTarget& target, const ClientWork& work) {
    FirstError error;
    std::vector<http::Client> clients;
    for (std::size_t i = 0; i < target.connections; ++i) {
        ROPE_TRY(auto client, http::Client::for_url(target.url));
        clients.push_back(std::move(client));
    }
    const Stopwatch watch{TimeOf::wall};
    {
        std::vector<std::jthread> threads;
        for (http::Client& client : clients) {
            threads.emplace_back([&] {
                const auto done = work(client);
                if (!done) error.note(done.error());
            });
        }
    }
    const double seconds = watch.seconds();
    ROPE_DO(error.result());
    return seconds;
}

}  // namespace

std::string batch_path() {
    return rope_path() + "/txs:batch?wait=committed&timeout=60";
}

std::string single_path() {
    return rope_path() + "/txs?wait=committed&timeout=60";
}

Result<LoadResult> send_batches(const LoadTarget& target, std::span<const Bytes> bodies) {
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> committed{0};
    std::atomic<double> cpu_s{0};
    ROPE_TRY(const double seconds,
             on_connections(target, [&](http::Client& client) -> Result<void> {
                 const Stopwatch watch{TimeOf::thread};
                 for (std::size_t i = next++; i < bodies.size(); i = next++) {
                     ROPE_TRY(const http::Response response,
                              client.post(target.path, "application/cbor", bodies[i]));
                     if (response.status != kOk) return Unexpected{not_committed(response)};
                     committed += count_of(response.body_text(), kCommitted);
                 }
                 cpu_s += watch.seconds();
                 return {};
             }));
    return LoadResult{.txs = committed, .seconds = seconds, .client_cpu_s = cpu_s};
}

Result<std::vector<double>> send_paced(const LoadTarget& target, std::span<const Bytes> txs,
                                       double per_second) {
    using Clock = std::chrono::steady_clock;
    constexpr double kMillisecondsPerSecond = 1'000;
    std::vector<double> latencies_ms(txs.size());
    std::atomic<std::size_t> next{0};
    const auto start = Clock::now();
    ROPE_TRY(
        [[maybe_unused]] const double seconds,
        on_connections(target, [&](http::Client& client) -> Result<void> {
            for (std::size_t i = next++; i < txs.size(); i = next++) {
                const std::chrono::duration<double> after{static_cast<double>(i) / per_second};
                const auto due = start + std::chrono::duration_cast<Clock::duration>(after);
                std::this_thread::sleep_until(due);
                ROPE_TRY(const http::Response response,
                         client.post(target.path, "application/cose", txs[i]));
                if (response.status != kOk || count_of(response.body_text(), kCommitted) != 1) {
                    return Unexpected{not_committed(response)};
                }
                const std::chrono::duration<double> taken = Clock::now() - due;
                latencies_ms[i] = taken.count() * kMillisecondsPerSecond;
            }
            return {};
        }));
    return latencies_ms;
}

}  // namespace ropenet::bench
