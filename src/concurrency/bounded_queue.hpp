// Hands values from threads to threads; refuses when full, so that a slow reader cannot fill
// memory.
//
// Threads: every function from any thread. After close() nothing more goes in; what is inside still
// comes out, and a waiting reader wakes.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "concurrency/mutex.hpp"

namespace ropenet {

template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t count_max) : count_max_{count_max} {}

    /// False when the queue is full or closed; `value` is dropped then.
    [[nodiscard]] bool try_push(T value) ROPE_EXCLUDES(mutex_) {
        {
            const MutexLock lock{mutex_};
            if (closed_ || items_.size() >= count_max_) return false;
            items_.push_back(std::move(value));
        }
        not_empty_.notify_one();
        return true;
    }

    std::optional<T> try_pop() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return take_front();
    }

    /// Waits for a value. Absent means closed and empty: the reader's loop ends.
    std::optional<T> wait_pop() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        while (items_.empty() && !closed_)
            not_empty_.wait(mutex_);
        return take_front();
    }

    /// Like wait_pop, but absent also when `timeout` has passed.
    std::optional<T> wait_pop_for(std::chrono::milliseconds timeout) ROPE_EXCLUDES(mutex_) {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        const MutexLock lock{mutex_};
        while (items_.empty() && !closed_) {
            if (not_empty_.wait_until(mutex_, deadline) == CondVar::Wait::timed_out) break;
        }
        return take_front();
    }

    /// Everything that waits now, oldest first; does not wait.
    std::vector<T> pop_all() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return take_all();
    }

    /// Waits for at least one value. Empty means closed and empty.
    std::vector<T> wait_pop_all() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        while (items_.empty() && !closed_)
            not_empty_.wait(mutex_);
        return take_all();
    }

    void close() ROPE_EXCLUDES(mutex_) {
        {
            const MutexLock lock{mutex_};
            closed_ = true;
        }
        not_empty_.notify_all();
    }

    bool closed() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return closed_;
    }

    std::size_t size() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return items_.size();
    }

    std::size_t count_max() const { return count_max_; }

  private:
    std::optional<T> take_front() ROPE_REQUIRES(mutex_) {
        if (items_.empty()) return std::nullopt;
        std::optional<T> value{std::move(items_.front())};
        items_.pop_front();
        return value;
    }

    std::vector<T> take_all() ROPE_REQUIRES(mutex_) {
        std::vector<T> all;
        all.reserve(items_.size());
        for (T& item : items_)
            all.push_back(std::move(item));
        items_.clear();
        return all;
    }

    const std::size_t count_max_;
    mutable Mutex mutex_;
    CondVar not_empty_;
    std::deque<T> items_ ROPE_GUARDED_BY(mutex_);
    bool closed_ ROPE_GUARDED_BY(mutex_) = false;
};

}  // namespace ropenet
