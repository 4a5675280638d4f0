// Many submitters, one ordering thread, and hard limits between them.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.hpp"
#include "concurrency/mutex.hpp"

namespace ropenet::ordering {

struct InboxLimits {
    std::size_t txs_max = 0;
    std::size_t bytes_max = 0;
};

class Inbox {
  public:
    explicit Inbox(InboxLimits limits) : limits_{limits} {}

    /// False when full or closed: the caller refuses its client, it does not wait.
    [[nodiscard]] bool try_push(Bytes tx) ROPE_EXCLUDES(mutex_);

    /// The oldest transactions that fit one block; waits for the first one. Empty after close().
    std::vector<Bytes> wait_block(InboxLimits block) ROPE_EXCLUDES(mutex_);

    void close() ROPE_EXCLUDES(mutex_);

  private:
    const InboxLimits limits_;
    Mutex mutex_;
    CondVar arrived_;
    std::vector<Bytes> txs_ ROPE_GUARDED_BY(mutex_);
    std::size_t bytes_ ROPE_GUARDED_BY(mutex_) = 0;
    bool closed_ ROPE_GUARDED_BY(mutex_) = false;
};

}  // namespace ropenet::ordering
