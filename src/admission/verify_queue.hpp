// Checks signatures in batches on all cores of a worker pool.
//
// A check that finds an idle worker starts at once; checks that arrive while all are busy form the
// next batches, each a multiple of the table's lanes as long as enough wait. A pool that takes no
// task only means that the caller does the work.
//
// Threads: try_push from any. A callback runs on a worker or on the caller of try_push, without a
// lock; together its calls tell every check that was taken, once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "concurrency/worker_pool.hpp"
#include "crypto/ed25519_table.hpp"
#include "crypto/public_key.hpp"
#include "types/transaction.hpp"

namespace ropenet::admission {

/// The most that one worker checks between two looks at the queue: eight times eight lanes share an
/// inversion, and with OpenSSL it is 5 ms, short enough to share work evenly.
inline constexpr std::size_t kSignatureBatch = 64;

struct SignatureCheck {
    crypto::PublicKey key;
    // Kept alive by the callback, which owns whatever it stands in.
    const Transaction* tx = nullptr;
    std::size_t slot = 0;  // what the callback knows it by
};

struct CheckedSlot {
    std::size_t slot = 0;
    bool good = false;
};

/// Some of the checks that were pushed with it, in the order they were.
using ChecksDone = std::function<void(std::span<const CheckedSlot> checked)>;

class VerifyQueue {
  public:
    /// `workers` must outlive the queue.
    VerifyQueue(WorkerPool& workers, const crypto::Ed25519Table& table, std::size_t checks_max);
    /// Waits for what was taken.
    ~VerifyQueue();
    VerifyQueue(const VerifyQueue&) = delete;
    VerifyQueue& operator=(const VerifyQueue&) = delete;

    /// Takes from the front as many as there is room for (checks_max may wait) and answers how
    /// many; what was taken is moved from. `done` is never called for the others.
    [[nodiscard]] std::size_t try_push(std::span<SignatureCheck> checks, ChecksDone done);

    /// Waits until nothing is queued or being checked. Pre: not called from a callback.
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
