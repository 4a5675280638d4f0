#include "concurrency/worker_pool.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "concurrency/mutex.hpp"

namespace ropenet {
namespace {

constexpr std::size_t kPoolNameMax = 11;

/// Shared by the caller and its helpers. A helper that comes late finds no index left and never
/// touches `fn`, which lives only as long as the caller waits.
struct Loop {
    Loop(std::size_t n, const std::function<void(std::size_t)>* f) : count{n}, fn{f} {}

    const std::size_t count;
    const std::function<void(std::size_t)>* const fn;
    std::atomic<std::size_t> next{0};
    Mutex mutex;
    CondVar all_done;
    std::size_t done ROPE_GUARDED_BY(mutex) = 0;
};

void work_on(Loop& loop) {
    std::size_t mine = 0;
    for (std::size_t i = loop.next++; i < loop.count; i = loop.next++) {
        (*loop.fn)(i);
        ++mine;
    }
    if (mine == 0) return;
    const MutexLock lock{loop.mutex};
    loop.done += mine;
    if (loop.done == loop.count) loop.all_done.notify_all();
}

std::size_t threads_wanted(std::size_t asked) {
    if (asked != 0) return asked;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

WorkerPool::WorkerPool(Options options) : queue_{options.queue_max} {
    ROPE_CHECK(options.name.size() <= kPoolNameMax);
    const std::size_t count = threads_wanted(options.threads);
    threads_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads_.emplace_back(options.name + "-" + std::to_string(i % 1000), [this] {
            while (auto task = queue_.wait_pop())
                (*task)();
        });
    }
}

WorkerPool::~WorkerPool() {
    queue_.close();
    threads_.clear();
}

bool WorkerPool::submit(std::function<void()> task) {
    return queue_.try_push(std::move(task));
}

void WorkerPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& fn) {
    if (count == 0) return;
    const auto loop = std::make_shared<Loop>(count, &fn);
    const std::size_t helpers = std::min(threads_.size(), count - 1);
    for (std::size_t i = 0; i < helpers; ++i) {
        if (!submit([loop] { work_on(*loop); })) break;
    }
    work_on(*loop);
    const MutexLock lock{loop->mutex};
    while (loop->done != loop->count)
        loop->all_done.wait(loop->mutex);
}

}  // namespace ropenet
