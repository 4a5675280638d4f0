// The first error that stops a node, and the gate behind it: once it is set, no rope of the node
// commits any more or signs a last checkpoint, also in the moments until the process has ended.
//
// Threads: any; whoever sees failed() also sees first().
#pragma once

#include <atomic>
#include <optional>

#include "base/error.hpp"
#include "concurrency/mutex.hpp"

namespace ropenet::node {

class Failure {
  public:
    /// True for the first error alone; that one is kept.
    bool set(const Error& error) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        if (first_) return false;
        first_ = error;
        failed_.store(true);
        return true;
    }

    bool failed() const { return failed_.load(); }

    std::optional<Error> first() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return first_;
    }

  private:
    std::atomic<bool> failed_ = false;
    mutable Mutex mutex_;
    std::optional<Error> first_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::node
