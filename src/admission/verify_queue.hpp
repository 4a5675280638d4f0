// Checks signatures in batches on all cores of a worker pool.
//
// A check that finds an idle worker starts at once, alone; checks that arrive while all are busy
// form the next batches. A pool that takes no task only means that the caller does the work.
//
// Threads: try_push from any. `done` runs on a worker or on the caller of try_push, without a lock,
// once for every check that was taken.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "concurrency/worker_pool.hpp"
#include "crypto/public_key.hpp"
#include "types/transaction.hpp"

namespace ropenet::admission {

struct SignatureCheck {
    crypto::PublicKey key;
    // Kept alive by `done`, which owns whatever it stands in.
    const Transaction* tx = nullptr;
    std::function<void(bool good)> done;
};

class VerifyQueue {
  public:
    /// `workers` must outlive the queue.
    VerifyQueue(WorkerPool& workers, std::size_t checks_max);
    /// Waits for what was taken.
    ~VerifyQueue();
    VerifyQueue(const VerifyQueue&) = delete;
    VerifyQueue& operator=(const VerifyQueue&) = delete;

    /// False when checks_max wait already: the check is dropped, `done` never called.
    [[nodiscard]] bool try_push(SignatureCheck check);

    /// Waits until nothing is queued or being checked. Pre: not called from `done`.
    void wait_idle();

    std::size_t size() const;

  private:
    struct State;

    WorkerPool& workers_;
    // Shared with tasks that lie in the pool's queue when the last check is already done.
    std::shared_ptr<State> state_;
};

/// A key signs with its own algorithm alone, whatever the header says.
bool is_signed_by(const Transaction& tx, const crypto::PublicKey& key);

}  // namespace ropenet::admission
