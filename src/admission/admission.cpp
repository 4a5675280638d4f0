#include "admission/admission.hpp"

#include <algorithm>
#include <atomic>

#include "crypto/hash.hpp"
#include "system/accounts.hpp"

namespace ropenet::admission {
namespace {

constexpr std::size_t kKeysMax = 10'000;
/// A timer that oversleeps by this is woken by nobody: it only bounds the arithmetic.
constexpr std::int64_t kSleepMsMax = 3'600'000;

TxAnswer rejected(const std::optional<Hash32>& tx_id, TxError why) {
    return {.tx_id = tx_id,
            .status = TxStatus::rejected,
            .recorded = std::nullopt,
            .duplicate = false,
            .error = why};
}

TxAnswer pending(const Hash32& tx_id, bool duplicate) {
    return {.tx_id = tx_id,
            .status = TxStatus::pending,
            .recorded = std::nullopt,
            .duplicate = duplicate,
            .error = std::nullopt};
}

/// For a tx that had been pending and left without a record.
TxAnswer dropped(const Hash32& tx_id, TxError why) {
    TxAnswer answer = rejected(tx_id, why);
    if (why == TxError::expired) answer.status = TxStatus::expired;
    return answer;
}

Submitted marked(Submitted submitted, bool duplicate) {
    if (!submitted || !duplicate) return submitted;
    TxAnswer answer = *std::move(submitted);
    answer.duplicate = true;
    return answer;
}

/// The earliest time the next block can have.
std::int64_t next_block_time(const Head& head, const Clock& clock) {
    return std::max(head.time_ms + 1, clock.wall_ms());
}

}  // namespace

/// The transactions of one call on their way. Each slot is touched by one thread at a time: its
/// maker, then a worker, then whoever queues the job, then whoever answers it.
struct Admission::Job {
    struct Slot {
        PooledTx tx;  // null once the slot is answered at the door
        Signature signature = Signature::unchecked;
        std::optional<Submitted> answer;
    };

    Job(std::size_t count, BatchCallback callback)
        : slots(count), unanswered{count}, done{std::move(callback)} {}

    std::vector<Slot> slots;
    std::optional<std::int64_t> deadline_ms;  // of the steady clock; absent: do not wait
    std::atomic<std::size_t> unchecked{1};    // signature checks under way, and the maker's own
    std::atomic<std::size_t> unanswered;
    BatchCallback done;
};

/// A tx of a committed block and those who wait for it.
struct Admission::Decided {
    Hash32 tx_id{};
    std::optional<TxError> error;                   // no record
    const execution::Recorded* recorded = nullptr;  // otherwise; borrowed from the block
    std::vector<Waiter> waiters;
};

Admission::Admission(std::string origin, const AdmissionParts& parts, AdmissionLimits limits)
    : origin_{std::move(origin)},
      facts_{parts.facts},
      engine_{parts.engine},
      clock_{parts.clock},
      limits_{limits},
      keys_{kKeysMax},
      pool_{limits.pending},
      dropped_{limits.dropped_max},
      checks_{parts.workers, parts.ed25519, limits.checks_max},
      timer_{"admission", [this] { run_timer(); }} {}

Admission::~Admission() {
    stop();
}

void Admission::stop() {
    std::vector<Waiter> waiters;
    {
        const MutexLock lock{mutex_};
        stopping_ = true;
        waiters = waiters_.take_all();
    }
    timer_wakes_.notify_all();
    for (const Waiter& waiter : waiters)
        waiter.done(pending(waiter.tx_id, waiter.duplicate));
    timer_.join();
    checks_.wait_idle();
}

void Admission::submit(Bytes tx, std::optional<std::chrono::milliseconds> wait, Callback done) {
    std::vector<Bytes> one;
    one.push_back(std::move(tx));
    submit_batch(std::move(one), wait, [done = std::move(done)](std::vector<Submitted> answers) {
        done(std::move(answers.front()));
    });
}

void Admission::submit_batch(std::vector<Bytes> txs, std::optional<std::chrono::milliseconds> wait,
                             BatchCallback done) {
    if (txs.empty()) {
        done({});
        return;
    }
    const auto job = std::make_shared<Job>(txs.size(), std::move(done));
    if (wait) job->deadline_ms = clock_.steady_ms() + wait->count();
    const Head head = facts_.head();
    std::vector<SignatureCheck> checks;
    for (std::size_t i = 0; i < txs.size(); ++i) {
        Seen seen = look_at(txs[i], head);
        if (auto* submitted = std::get_if<Submitted>(&seen)) {
            answer(*job, i, std::move(*submitted));
            continue;
        }
        auto& candidate = std::get<Candidate>(seen);
        job->slots[i].tx = std::move(candidate.tx);
        job->slots[i].signature = candidate.signature;
        if (candidate.signature == Signature::unchecked) prepare_check(job, i, head, checks);
        // The workers begin while the rest is still looked at.
        if (checks.size() == kSignatureBatch) start_checks(job, checks);
    }
    start_checks(job, checks);
    finish_checks(job, 1);
}

Admission::Seen Admission::look_at(BytesView bytes, const Head& head) const {
    auto decoded = decode_transaction(bytes);
    if (!decoded) return Submitted{rejected(std::nullopt, decoded.error())};
    const auto tx = std::make_shared<const Transaction>(*std::move(decoded));
    const std::int64_t now_ms = next_block_time(head, clock_);

    const auto found = find_recorded(*tx, now_ms);
    if (!found) return Submitted{Unexpected{Refused::storage}};
    if (*found) return Submitted{answer_of(tx->tx_id, **found, true)};

    // tx_id does not cover the signature: only the very same bytes may pass without its check.
    PooledTx pooled = find_pooled(tx->tx_id);
    if (pooled && pooled->encoded == tx->encoded) {
        return Candidate{.tx = std::move(pooled), .signature = Signature::known_good};
    }

    const execution::BlockInput block{
        .origin = origin_, .height = 0, .time_ms = now_ms, .log_size = 0, .txs = {}};
    const auto why = execution::why_not_recorded(*head.state, facts_.recorded_ids(), block, *tx);
    if (!why) return Submitted{Unexpected{Refused::storage}};
    // Recorded between our two questions.
    if (*why == TxError::duplicate) return duplicate_of(tx->tx_id);
    if (*why) return Submitted{rejected(tx->tx_id, **why)};
    if (const auto refused = why_refused(*tx, now_ms)) return Submitted{Unexpected{*refused}};
    return Candidate{.tx = tx, .signature = Signature::unchecked};
}

Result<std::optional<RecordedTx>> Admission::find_recorded(const Transaction& tx,
                                                           std::int64_t now_ms) const {
    // Ids are remembered in memory until their expiry; only after it must the store be asked.
    const bool may_be = now_ms > tx.expires_at_ms || facts_.recorded_ids().contains(tx.tx_id);
    if (!may_be) return std::optional<RecordedTx>{};
    return facts_.find_recorded(tx.tx_id);
}

Submitted Admission::duplicate_of(const Hash32& tx_id) const {
    auto found = facts_.find_recorded(tx_id);
    if (!found) return Unexpected{Refused::storage};
    if (!*found) return rejected(tx_id, TxError::duplicate);
    return answer_of(tx_id, **found, true);
}

PooledTx Admission::find_pooled(const Hash32& tx_id) const {
    const MutexLock lock{mutex_};
    return pool_.find(tx_id);
}

std::optional<Refused> Admission::why_refused(const Transaction& tx, std::int64_t now_ms) const {
    if (engine_.clock_fails()) return Refused::clock;
    const std::size_t recorded_ids = facts_.recorded_id_count();
    const MutexLock lock{mutex_};
    if (stopping_) return Refused::stopping;
    if (refusals_.exhausted(tx.account, now_ms)) return Refused::refusal_quota;
    if (recorded_ids + pool_.size() >= limits_.id_window_max) return Refused::id_window_full;
    // Asked again when the signature is known to be good: a stranger's must not take up room.
    return pool_.why_full(tx.account, tx.encoded.size());
}

Result<std::optional<crypto::PublicKey>> Admission::key_of(const Transaction& tx,
                                                           const state::Reader& state) {
    if (auto cached = keys_.find(tx.kid)) return cached;
    ROPE_TRY(const auto account, system::find_account(state, tx.account));
    const AccountKey* held = account ? account->find_key(tx.kid) : nullptr;
    if (held == nullptr) return std::optional<crypto::PublicKey>{};
    const auto key = crypto::public_key_from_spki(held->spki);
    if (!key) return fail(ErrorCode::corrupt, "account " + tx.account.text() + ": unreadable key");
    keys_.put(*key);
    return std::optional{*key};
}

void Admission::prepare_check(const std::shared_ptr<Job>& job, std::size_t slot, const Head& head,
                              std::vector<SignatureCheck>& checks) {
    const PooledTx& tx = job->slots[slot].tx;
    auto key = key_of(*tx, *head.state);
    if (key && *key) {
        checks.push_back({.key = **std::move(key), .tx = tx.get(), .slot = slot});
        return;
    }
    Submitted submitted = key ? Submitted{rejected(tx->tx_id, TxError::unknown_account)}
                              : Submitted{Unexpected{Refused::storage}};
    job->slots[slot].tx = nullptr;
    answer(*job, slot, std::move(submitted));
}

void Admission::start_checks(const std::shared_ptr<Job>& job, std::vector<SignatureCheck>& checks) {
    if (checks.empty()) return;
    job->unchecked.fetch_add(checks.size(), std::memory_order_relaxed);
    const auto done = [this, job](std::span<const CheckedSlot> checked) {
        for (const CheckedSlot& each : checked) {
            if (each.good) job->slots[each.slot].signature = Signature::known_good;
        }
        finish_checks(job, checked.size());
    };
    const std::size_t taken = checks_.try_push(checks, done);
    for (std::size_t i = taken; i < checks.size(); ++i) {
        job->slots[checks[i].slot].tx = nullptr;
        answer(*job, checks[i].slot, Unexpected{Refused::full});
    }
    const std::size_t left_out = checks.size() - taken;
    checks.clear();
    // Never the last of the job: the maker's own count is still there.
    job->unchecked.fetch_sub(left_out, std::memory_order_relaxed);
}

/// Whoever comes last queues the whole job, so that a batch keeps its order.
void Admission::finish_checks(const std::shared_ptr<Job>& job, std::size_t count) {
    if (job->unchecked.fetch_sub(count, std::memory_order_acq_rel) != count) return;
    for (std::size_t i = 0; i < job->slots.size(); ++i) {
        const PooledTx tx = job->slots[i].tx;
        if (!tx) continue;
        if (job->slots[i].signature == Signature::known_good) {
            queue(job, i);
        } else {
            answer(*job, i, rejected(tx->tx_id, TxError::signature));
        }
    }
}

void Admission::queue(const std::shared_ptr<Job>& job, std::size_t slot) {
    const PooledTx tx = job->slots[slot].tx;
    const Hash32 digest = crypto::sha256(tx->encoded);
    std::optional<Submitted> at_once;
    bool is_new = false;
    {
        const MutexLock lock{mutex_};
        is_new = pool_.find(tx->tx_id) == nullptr;
        std::optional<Refused> why;
        if (is_new) why = pool_.why_full(tx->account, tx->encoded.size());
        if (stopping_) why = Refused::stopping;
        if (why) {
            is_new = false;
            at_once = Unexpected{*why};
        } else {
            if (is_new) {
                pool_.insert(tx, digest);
                totals_.queued += 1;
            }
            at_once = wait_or_pending(job, slot, is_new);
        }
    }
    // The pool has it and the waiter waits before the engine can decide it.
    if (is_new && engine_.submit(tx->encoded) == ordering::Verdict::reject) {
        const Refused why = engine_.clock_fails() ? Refused::clock : Refused::full;
        withdraw(tx->tx_id, why);
        if (at_once) at_once = Unexpected{why};
    }
    if (at_once) answer(*job, slot, *std::move(at_once));
}

std::optional<Submitted> Admission::wait_or_pending(const std::shared_ptr<Job>& job,
                                                    std::size_t slot, bool is_new) {
    const Hash32 tx_id = job->slots[slot].tx->tx_id;
    if (!job->deadline_ms || waiters_.size() >= limits_.waiters_max) {
        return pending(tx_id, !is_new);
    }
    waiters_.add({.tx_id = tx_id,
                  .duplicate = !is_new,
                  .deadline_ms = *job->deadline_ms,
                  .done = [this, job, slot](Submitted submitted) {
                      answer(*job, slot, std::move(submitted));
                  }});
    if (waiters_.next_deadline() == job->deadline_ms) timer_wakes_.notify_one();
    return std::nullopt;
}

void Admission::withdraw(const Hash32& tx_id, Refused why) {
    std::vector<Waiter> waiters;
    {
        const MutexLock lock{mutex_};
        pool_.remove(tx_id);
        waiters = waiters_.take_of(tx_id);
    }
    for (const Waiter& waiter : waiters)
        waiter.done(Unexpected{why});
}

void Admission::answer(Job& job, std::size_t slot, Submitted submitted) {
    {
        const MutexLock lock{mutex_};
        if (!submitted) {
            totals_.refused += 1;
        } else {
            totals_.duplicates += submitted->duplicate ? 1U : 0U;
            totals_.rejected += submitted->status == TxStatus::rejected ? 1U : 0U;
        }
    }
    job.slots[slot].answer = std::move(submitted);
    if (job.unanswered.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    std::vector<Submitted> answers;
    answers.reserve(job.slots.size());
    for (Job::Slot& each : job.slots)
        answers.push_back(*std::move(each.answer));
    job.done(std::move(answers));
}

Result<TxAnswer> Admission::status(const Hash32& tx_id) const {
    // Pool first: a tx leaves it only after the ledger shows it.
    if (find_pooled(tx_id)) return pending(tx_id, false);
    ROPE_TRY(auto found, facts_.find_recorded(tx_id));
    if (found) return answer_of(tx_id, *std::move(found), false);
    const MutexLock lock{mutex_};
    if (const auto why = dropped_.find(tx_id)) return dropped(tx_id, *why);
    return TxAnswer{.tx_id = tx_id,
                    .status = TxStatus::unknown,
                    .recorded = std::nullopt,
                    .duplicate = false,
                    .error = std::nullopt};
}

Result<execution::CheckedTx> Admission::checked(BytesView bytes) {
    const Hash32 digest = crypto::sha256(bytes);
    PooledTx pooled;
    {
        const MutexLock lock{mutex_};
        pooled = pool_.find_by_digest(digest);
    }
    if (pooled) return execution::CheckedTx{*pooled};
    auto tx = decode_transaction(bytes);
    if (!tx) return execution::CheckedTx{Unexpected{tx.error()}};
    // kid names the key: that the account holds it is asked by execution, at its turn.
    ROPE_TRY(const auto key, key_of(*tx, *facts_.head().state));
    if (!key) return execution::CheckedTx{Unexpected{TxError::unknown_account}};
    if (!is_signed_by(*tx, *key)) return execution::CheckedTx{Unexpected{TxError::signature}};
    return execution::CheckedTx{*std::move(tx)};
}

void Admission::on_committed(const CommittedBlock& block) {
    for (const Decided& decided : take_decided(block)) {
        const Submitted submitted = answer_of_decided(decided, block);
        for (const Waiter& waiter : decided.waiters)
            waiter.done(marked(submitted, waiter.duplicate));
    }
}

std::vector<Admission::Decided> Admission::take_decided(const CommittedBlock& block) {
    std::vector<Decided> waited_for;
    const MutexLock lock{mutex_};
    const auto leave = [&](Decided decided, bool was_pending) ROPE_REQUIRES(mutex_) {
        const bool remember = was_pending && decided.error && *decided.error != TxError::duplicate;
        if (remember) dropped_.note(decided.tx_id, *decided.error);
        decided.waiters = waiters_.take_of(decided.tx_id);
        if (!decided.waiters.empty()) waited_for.push_back(std::move(decided));
    };
    for (const CommittedTx& tx : block.txs) {
        const bool was_pending = pool_.remove(tx.tx_id) != nullptr;
        Decided decided{.tx_id = tx.tx_id,
                        .error = std::nullopt,
                        .recorded = std::get_if<execution::Recorded>(tx.result),
                        .waiters = {}};
        if (decided.recorded == nullptr) {
            decided.error = std::get<TxError>(*tx.result);
        } else if (decided.recorded->outcome.code == OutcomeCode::refused) {
            refusals_.note(tx.account, block.time_ms);
        }
        leave(std::move(decided), was_pending);
    }
    for (const PooledTx& tx : pool_.take_expired(block.time_ms)) {
        leave({.tx_id = tx->tx_id, .error = TxError::expired, .recorded = nullptr, .waiters = {}},
              true);
    }
    return waited_for;
}

Submitted Admission::answer_of_decided(const Decided& decided, const CommittedBlock& block) const {
    if (decided.recorded != nullptr) {
        return answer_of(decided.tx_id,
                         RecordedTx{.height = block.height,
                                    .index = decided.recorded->index,
                                    .time_ms = block.time_ms,
                                    .outcome = decided.recorded->outcome},
                         false);
    }
    if (decided.error == TxError::duplicate) return duplicate_of(decided.tx_id);
    return dropped(decided.tx_id, *decided.error);
}

void Admission::restore_refusals(std::span<const std::pair<AccountId, std::int64_t>> refusals) {
    std::vector<std::pair<AccountId, std::int64_t>> sorted(refusals.begin(), refusals.end());
    std::ranges::sort(sorted, {}, &std::pair<AccountId, std::int64_t>::second);
    const MutexLock lock{mutex_};
    for (const auto& [account, time_ms] : sorted)
        refusals_.note(account, time_ms);
}

AdmissionCounts Admission::counts() const {
    const std::size_t checking = checks_.size();
    const MutexLock lock{mutex_};
    AdmissionCounts counts = totals_;
    counts.pending_txs = pool_.size();
    counts.pending_bytes = pool_.bytes();
    counts.checking = checking;
    counts.waiters = waiters_.size();
    return counts;
}

void Admission::answer_due_waiters() {
    std::vector<Waiter> due;
    {
        const MutexLock lock{mutex_};
        due = waiters_.take_due(clock_.steady_ms());
    }
    for (const Waiter& waiter : due)
        waiter.done(pending(waiter.tx_id, waiter.duplicate));
}

void Admission::run_timer() {
    while (wait_for_due())
        answer_due_waiters();
}

/// False when the admission stops.
bool Admission::wait_for_due() {
    const MutexLock lock{mutex_};
    while (!stopping_) {
        const auto next = waiters_.next_deadline();
        if (!next) {
            timer_wakes_.wait(mutex_);
            continue;
        }
        const std::int64_t left_ms = *next - clock_.steady_ms();
        if (left_ms <= 0) return true;
        timer_wakes_.wait_for(mutex_, std::chrono::milliseconds{std::min(left_ms, kSleepMsMax)});
    }
    return false;
}

}  // namespace ropenet::admission
