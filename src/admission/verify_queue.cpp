#include "admission/verify_queue.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "concurrency/mutex.hpp"
#include "crypto/verify.hpp"

namespace ropenet::admission {
namespace {

struct Waiting {
    SignatureCheck check;
    std::shared_ptr<const ChecksDone> done;
};

constexpr std::size_t divided_up(std::size_t count, std::size_t by) {
    return (count + by - 1) / by;
}

/// One call for each run of checks that were pushed together.
void tell(std::span<const Waiting> batch, std::span<const CheckedSlot> checked) {
    std::size_t from = 0;
    for (std::size_t i = 1; i <= batch.size(); ++i) {
        if (i < batch.size() && batch[i].done == batch[from].done) continue;
        (*batch[from].done)(checked.subspan(from, i - from));
        from = i;
    }
}

void check_all(std::span<const Waiting> batch, const crypto::Ed25519Table& table) {
    std::vector<crypto::VerifyItem> items;
    items.reserve(batch.size());
    for (const Waiting& each : batch) {
        items.push_back({.key = &each.check.key,
                         .message = each.check.tx->sig_structure,
                         .signature = each.check.tx->signature});
    }
    const auto good = crypto::verify_batch(items, table);
    std::vector<CheckedSlot> checked;
    checked.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const SignatureCheck& check = batch[i].check;
        checked.push_back(
            {.slot = check.slot, .good = good[i] == 1 && check.tx->alg == check.key.alg()});
    }
    tell(batch, checked);
}

}  // namespace

struct VerifyQueue::State {
    State(const crypto::Ed25519Table& with, std::size_t checks, std::size_t workers)
        : table{with}, checks_max{checks}, workers_max{workers} {}

    const crypto::Ed25519Table table;
    const std::size_t checks_max;
    const std::size_t workers_max;
    Mutex mutex;
    CondVar idle;
    std::deque<Waiting> waiting ROPE_GUARDED_BY(mutex);
    std::size_t working ROPE_GUARDED_BY(mutex) = 0;  // tasks that drain, or are about to

    /// Tasks to be started for so many new checks; counted as working already.
    std::size_t count_starts(std::size_t taken) ROPE_REQUIRES(mutex) {
        const std::size_t useful = divided_up(taken, table.lanes);
        const std::size_t starts = std::min(useful, workers_max - working);
        working += starts;
        return starts;
    }

    /// Empty: nothing is left, and this task is no longer counted.
    std::vector<Waiting> take_batch() ROPE_EXCLUDES(mutex) {
        std::vector<Waiting> batch;
        const MutexLock lock{mutex};
        // An even share of what waits, so that the last worker is not left with a long batch; and
        // full lanes, because half of them cost as much as all.
        const std::size_t lanes = divided_up(divided_up(waiting.size(), workers_max), table.lanes);
        const std::size_t count = std::min({lanes * table.lanes, kSignatureBatch, waiting.size()});
        batch.reserve(count);
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
            const auto batch = take_batch();
            if (batch.empty()) return;
            check_all(batch, table);
        }
    }
};

VerifyQueue::VerifyQueue(WorkerPool& workers, const crypto::Ed25519Table& table,
                         std::size_t checks_max)
    : workers_{workers},
      state_{std::make_shared<State>(table, checks_max,
                                     std::max<std::size_t>(1, workers.thread_count()))} {}

VerifyQueue::~VerifyQueue() {
    wait_idle();
}

std::size_t VerifyQueue::try_push(std::span<SignatureCheck> checks, ChecksDone done) {
    // Once a push, not once a check.
    const auto shared_done = std::make_shared<const ChecksDone>(std::move(done));
    std::size_t taken = 0;
    std::size_t starts = 0;
    {
        const MutexLock lock{state_->mutex};
        const std::size_t room = state_->checks_max - state_->waiting.size();
        taken = std::min(checks.size(), room);
        for (SignatureCheck& check : checks.first(taken))
            state_->waiting.push_back({.check = std::move(check), .done = shared_done});
        starts = state_->count_starts(taken);
    }
    for (std::size_t i = 0; i < starts; ++i) {
        const auto state = state_;
        if (!workers_.submit([state] { state->drain(); })) state->drain();
    }
    return taken;
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
