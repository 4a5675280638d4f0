// The way in to one rope: checks what a stranger sends, holds it until it is decided, and tells who
// waits.
//
// A tx passes in this order, the cheap checks first: form; recorded already (answered with its
// outcome); origin, time and account; quotas; signature, in batches on all cores; room in the
// pending pool; Engine::submit. What is in the pool has a checked signature, so the ledger thread
// does not check it again. Sees the ledger through LedgerFacts and the engine through submit();
// knows nothing of HTTP.
//
// Threads: submit, submit_batch, status, counts on any; checked and on_committed on the ledger
// thread; stop by the owner. Callbacks run on the caller's thread, a worker, the ledger thread or
// the timer, never under a lock, each exactly once; they must not block.
// Errors: what is wrong with a tx is in its answer; a ledger that cannot be read is
// Refused::storage.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "admission/answer.hpp"
#include "admission/key_cache.hpp"
#include "admission/ledger_facts.hpp"
#include "admission/pending_pool.hpp"
#include "admission/refusal_quota.hpp"
#include "admission/verify_queue.hpp"
#include "admission/waiters.hpp"
#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "concurrency/mutex.hpp"
#include "concurrency/named_thread.hpp"
#include "concurrency/worker_pool.hpp"
#include "crypto/ed25519_table.hpp"
#include "ordering/engine.hpp"
#include "types/limits.hpp"

namespace ropenet::admission {

struct AdmissionLimits {
    PendingLimits pending;
    std::size_t id_window_max = kIdWindowMax;
    std::size_t checks_max = 8'192;    // txs that wait for their signature check
    std::size_t waiters_max = 50'000;  // beyond it a wait is answered `pending` at once
    std::size_t dropped_max = 10'000;  // ids that left without a record and are remembered
};

/// What a commit made durable, as the node passes it on.
struct CommittedTx {
    Hash32 tx_id{};
    AccountId account;
    const execution::TxResult* result = nullptr;  // borrowed for the call
};

struct CommittedBlock {
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    std::span<const CommittedTx> txs;
};

struct AdmissionCounts {
    std::size_t pending_txs = 0;
    std::size_t pending_bytes = 0;
    std::size_t checking = 0;  // wait for their signature check
    std::size_t waiters = 0;
    // Since the start:
    std::uint64_t queued = 0;
    std::uint64_t duplicates = 0;  // answers, as the next two
    std::uint64_t rejected = 0;
    std::uint64_t refused = 0;  // not queued: Refused
};

/// All of these must outlive the admission.
struct AdmissionParts {
    const LedgerFacts& facts;
    ordering::Engine& engine;
    WorkerPool& workers;
    const Clock& clock;
    crypto::Ed25519Table ed25519 = {};  // empty: OpenSSL
};

class Admission {
  public:
    Admission(std::string origin, const AdmissionParts& parts, AdmissionLimits limits = {});
    /// Stops first.
    ~Admission();
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    /// Without `wait`: answered as soon as the tx is queued (status pending). With it: when the tx
    /// is decided, or `pending` after that time.
    void submit(Bytes tx, std::optional<std::chrono::milliseconds> wait, Callback done);

    /// Queued in the order given. Answered once, when every tx has its answer.
    void submit_batch(std::vector<Bytes> txs, std::optional<std::chrono::milliseconds> wait,
                      BatchCallback done);

    Result<TxAnswer> status(const Hash32& tx_id) const ROPE_EXCLUDES(mutex_);

    /// For finalize_block: decoded and its signature checked, or why not. Costs a signature check
    /// only for bytes that are not in the pool exactly as they stand here. A key that the state
    /// before this block does not hold is unknown_account.
    Result<execution::CheckedTx> checked(BytesView tx) ROPE_EXCLUDES(mutex_);

    /// After the block is durable and LedgerFacts shows it.
    void on_committed(const CommittedBlock& block) ROPE_EXCLUDES(mutex_);

    /// Recorded refusals of the last hour of block time. Once, before the first submit.
    void restore_refusals(std::span<const std::pair<AccountId, std::int64_t>> refusals)
        ROPE_EXCLUDES(mutex_);

    /// Nothing is decided any more, because the clock is not to be believed.
    bool clock_fails() const { return engine_.clock_fails(); }

    AdmissionCounts counts() const ROPE_EXCLUDES(mutex_);

    /// Nothing more is queued. Waiters of queued txs are answered `pending`, the rest `stopping`.
    void stop() ROPE_EXCLUDES(mutex_);

    /// Answers waiters whose time is over. The timer thread calls it; tests that move a clock do.
    void answer_due_waiters() ROPE_EXCLUDES(mutex_);

  private:
    struct Job;
    struct Decided;
    enum class Signature : std::uint8_t { unchecked, known_good };
    struct Candidate {
        PooledTx tx;
        Signature signature = Signature::unchecked;
    };
    using Seen = std::variant<Submitted, Candidate>;

    Seen look_at(BytesView bytes, const Head& head) const ROPE_EXCLUDES(mutex_);
    Result<std::optional<RecordedTx>> find_recorded(const Transaction& tx,
                                                    std::int64_t now_ms) const;
    Submitted duplicate_of(const Hash32& tx_id) const;
    PooledTx find_pooled(const Hash32& tx_id) const ROPE_EXCLUDES(mutex_);
    std::optional<Refused> why_refused(const Transaction& tx, std::int64_t now_ms) const
        ROPE_EXCLUDES(mutex_);
    Result<std::optional<crypto::PublicKey>> key_of(const Transaction& tx,
                                                    const state::Reader& state);

    void prepare_check(const std::shared_ptr<Job>& job, std::size_t slot, const Head& head,
                       std::vector<SignatureCheck>& checks);
    void start_checks(const std::shared_ptr<Job>& job, std::vector<SignatureCheck>& checks);
    void finish_checks(const std::shared_ptr<Job>& job, std::size_t count);
    void queue(const std::shared_ptr<Job>& job, std::size_t slot) ROPE_EXCLUDES(mutex_);
    std::optional<Submitted> wait_or_pending(const std::shared_ptr<Job>& job, std::size_t slot,
                                             bool is_new) ROPE_REQUIRES(mutex_);
    void withdraw(const Hash32& tx_id, Refused why) ROPE_EXCLUDES(mutex_);
    void answer(Job& job, std::size_t slot, Submitted submitted) ROPE_EXCLUDES(mutex_);

    std::vector<Decided> take_decided(const CommittedBlock& block) ROPE_EXCLUDES(mutex_);
    Submitted answer_of_decided(const Decided& decided, const CommittedBlock& block) const;

    void run_timer() ROPE_EXCLUDES(mutex_);
    bool wait_for_due() ROPE_EXCLUDES(mutex_);

    const std::string origin_;
    const LedgerFacts& facts_;
    ordering::Engine& engine_;
    const Clock& clock_;
    const AdmissionLimits limits_;
    KeyCache keys_;

    mutable Mutex mutex_;
    CondVar timer_wakes_;
    bool stopping_ ROPE_GUARDED_BY(mutex_) = false;
    PendingPool pool_ ROPE_GUARDED_BY(mutex_);
    RefusalQuota refusals_ ROPE_GUARDED_BY(mutex_);
    Waiters waiters_ ROPE_GUARDED_BY(mutex_);
    DroppedTxs dropped_ ROPE_GUARDED_BY(mutex_);
    AdmissionCounts totals_ ROPE_GUARDED_BY(mutex_);

    // Last, so that both end before what they use.
    VerifyQueue checks_;
    NamedThread timer_;
};

}  // namespace ropenet::admission
