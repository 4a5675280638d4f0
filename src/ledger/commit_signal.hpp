// Wakes those who wait for the next height of a rope.
//
// Threads: any; what is woken runs on the announcing thread and must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "concurrency/mutex.hpp"

namespace ropenet::ledger {

class CommitSignal {
  public:
    using Ticket = std::uint64_t;
    using Wake = std::function<void()>;

    /// Calls `wake` once, when the log has more than `log_size` leaves. False when it has already,
    /// or when nothing is announced any more: `wake` is not called then. `ticket` is written before
    /// `wake` can run, on whatever thread, and not touched afterwards.
    bool wait(std::uint64_t log_size, Wake wake, std::optional<Ticket>& ticket)
        ROPE_EXCLUDES(mutex_);
    /// Forgets one that waits; nothing for one that was woken, which may still be running.
    void cancel(Ticket ticket) ROPE_EXCLUDES(mutex_);

    void announce(std::uint64_t log_size) ROPE_EXCLUDES(mutex_);
    /// Forgets all. When it returns none is running, and none will.
    void close() ROPE_EXCLUDES(mutex_);

    std::size_t waiting() const ROPE_EXCLUDES(mutex_);

  private:
    mutable Mutex mutex_;
    CondVar idle_;
    std::uint64_t log_size_ ROPE_GUARDED_BY(mutex_) = 0;
    Ticket next_ ROPE_GUARDED_BY(mutex_) = 1;
    std::map<Ticket, Wake> waiting_ ROPE_GUARDED_BY(mutex_);
    unsigned running_ ROPE_GUARDED_BY(mutex_) = 0;
    bool closed_ ROPE_GUARDED_BY(mutex_) = false;
};

}  // namespace ropenet::ledger
