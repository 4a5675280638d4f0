#include "admission/verify_queue.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "concurrency/mutex.hpp"
#include "crypto/verify.hpp"

namespace ropenet::admission {
namespace {

/// Long enough for a vectorised verify_batch, short enough (5 ms) to share work evenly.
constexpr std::size_t kBatchMax = 64;

void check_all(std::vector<SignatureCheck>& batch) {
    std::vector<crypto::VerifyItem> items;
    items.reserve(batch.size());
    for (const SignatureCheck& check : batch) {
        items.push_back({.key = &check.key,
                         .message = check.tx->sig_structure,
                         .signature = check.tx->signature});
    }
    const auto good = crypto::verify_batch(items);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].done(good[i] == 1 && batch[i].tx->alg == batch[i].key.alg());
    }
}

}  // namespace

struct VerifyQueue::State {
    State(std::size_t checks, std::size_t workers) : checks_max{checks}, workers_max{workers} {}

    const std::size_t checks_max;
    const std::size_t workers_max;
    Mutex mutex;
    CondVar idle;
    std::deque<SignatureCheck> waiting ROPE_GUARDED_BY(mutex);
    std::size_t working ROPE_GUARDED_BY(mutex) = 0;  // tasks that drain, or are about to

    /// Empty: nothing is left, and this task is no longer counted.
    std::vector<SignatureCheck> take_batch() ROPE_EXCLUDES(mutex) {
        std::vector<SignatureCheck> batch;
        const MutexLock lock{mutex};
        // An even share of what waits, so that the last worker is not left with a long batch.
        const std::size_t share = (waiting.size() + workers_max - 1) / workers_max;
        const std::size_t count = std::min(share, kBatchMax);
        for (std::size_t i = 0; i < count; ++i) {
            batch.push_back(std::move(waiting.front()));
            waiting.pop_front();
        }
        if (batch.empty()) {
            working -= 1;
            if (working == 0) idle.notify_all();
        }
        return batch;
    }

    void drain() ROPE_EXCLUDES(mutex) {
        while (true) {
            // Gone, with all its callbacks own, before this task counts as idle.
            auto batch = take_batch();
            if (batch.empty()) return;
            check_all(batch);
        }
    }
};

VerifyQueue::VerifyQueue(WorkerPool& workers, std::size_t checks_max)
    : workers_{workers},
      state_{
          std::make_shared<State>(checks_max, std::max<std::size_t>(1, workers.thread_count()))} {}

VerifyQueue::~VerifyQueue() {
    wait_idle();
}

bool VerifyQueue::try_push(SignatureCheck check) {
    {
        const MutexLock lock{state_->mutex};
        if (state_->waiting.size() >= state_->checks_max) return false;
        state_->waiting.push_back(std::move(check));
        if (state_->working >= state_->workers_max) return true;
        state_->working += 1;
    }
    const auto state = state_;
    if (!workers_.submit([state] { state->drain(); })) state->drain();
    return true;
}

void VerifyQueue::wait_idle() {
    const MutexLock lock{state_->mutex};
    while (state_->working != 0)
        state_->idle.wait(state_->mutex);
}

std::size_t VerifyQueue::size() const {
    const MutexLock lock{state_->mutex};
    return state_->waiting.size();
}

bool is_signed_by(const Transaction& tx, const crypto::PublicKey& key) {
    return tx.alg == key.alg() && crypto::verify(key, tx.sig_structure, tx.signature).has_value();
}

}  // namespace ropenet::admission
