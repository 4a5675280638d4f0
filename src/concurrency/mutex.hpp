// The mutex and condition variable of ropenet, annotated for clang's -Wthread-safety.
//
// Every member that a mutex guards carries ROPE_GUARDED_BY, so that the dev build refuses an access
// without the lock. With g++ the annotations are empty. No callback and no I/O under a lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#if defined(__clang__)
#define ROPE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ROPE_THREAD_ANNOTATION(x)
#endif

/// The member may be touched only while the mutex is held.
#define ROPE_GUARDED_BY(mutex) ROPE_THREAD_ANNOTATION(guarded_by(mutex))
/// The caller must hold the mutex.
#define ROPE_REQUIRES(...) ROPE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
/// The caller must not hold the mutex.
#define ROPE_EXCLUDES(...) ROPE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace ropenet {

class CondVar;

class ROPE_THREAD_ANNOTATION(capability("mutex")) Mutex {
  public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    void lock() ROPE_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
    void unlock() ROPE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

  private:
    friend class CondVar;
    std::mutex mutex_;
};

class ROPE_THREAD_ANNOTATION(scoped_lockable) MutexLock {
  public:
    /// `mutex` must outlive the lock.
    explicit MutexLock(Mutex& mutex) ROPE_THREAD_ANNOTATION(acquire_capability(mutex))
        : mutex_{mutex} {
        mutex_.lock();
    }
    ~MutexLock() ROPE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

/// Wakes may be spurious: call wait in a loop over the condition.
class CondVar {
  public:
    enum class Wait : std::uint8_t { woken, timed_out };

    void wait(Mutex& mutex) ROPE_REQUIRES(mutex) {
        std::unique_lock<std::mutex> lock{mutex.mutex_, std::adopt_lock};
        condition_.wait(lock);
        lock.release();
    }

    Wait wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
        ROPE_REQUIRES(mutex) {
        std::unique_lock<std::mutex> lock{mutex.mutex_, std::adopt_lock};
        const auto status = condition_.wait_until(lock, deadline);
        lock.release();
        return status == std::cv_status::timeout ? Wait::timed_out : Wait::woken;
    }

    Wait wait_for(Mutex& mutex, std::chrono::milliseconds timeout) ROPE_REQUIRES(mutex) {
        return wait_until(mutex, std::chrono::steady_clock::now() + timeout);
    }

    void notify_one() { condition_.notify_one(); }
    void notify_all() { condition_.notify_all(); }

  private:
    std::condition_variable condition_;
};

}  // namespace ropenet
