// N threads for work that needs no order: signature checks of a batch, proofs of a page.
//
// Threads: every function from any thread, also from inside a task. Tasks must not throw and must
// not wait for other tasks (parallel_for may be called from a task: its caller works along).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "concurrency/bounded_queue.hpp"
#include "concurrency/named_thread.hpp"

namespace ropenet {

class WorkerPool {
  public:
    struct Options {
        std::string name = "worker";  // threads are called <name>-<n>; at most 11 bytes
        std::size_t threads = 0;      // 0: one per core
        std::size_t queue_max = 1024;
    };

    explicit WorkerPool(Options options);
    /// Refuses new tasks, runs the queued ones, joins.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False when the queue is full. The task owns everything it uses.
    [[nodiscard]] bool submit(std::function<void()> task);

    /// Calls fn(0) .. fn(count - 1), each once, on the pool and on the calling thread, and returns
    /// when all have returned. A full queue only means that fewer threads help.
    void parallel_for(std::size_t count, const std::function<void(std::size_t)>& fn);

    std::size_t thread_count() const { return threads_.size(); }

  private:
    BoundedQueue<std::function<void()>> queue_;
    std::vector<NamedThread> threads_;
};

}  // namespace ropenet
