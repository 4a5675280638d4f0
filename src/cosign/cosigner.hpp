// Signs the checkpoints of one rope's log and the receipts under them.
//
// Order, so that no two roots are ever signed for one size: record size and root durably in the
// signed file; sign; install tiles and checkpoint. A solo node is the only witness of its policy.
// Knows nothing of HTTP or of who asks.
//
// Threads: start and stop by the owner; note_commit on the ledger thread; the rest on any. Signing
//          happens on a thread of its own. No storage work under a lock.
// Errors:  of start(): io, corrupt, config. Later ones go to `on_fatal`, once; nothing is signed
//          after it and the node must stop (exit 74).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "concurrency/clock.hpp"
#include "concurrency/mutex.hpp"
#include "concurrency/named_thread.hpp"
#include "cosign/schedule.hpp"
#include "cosign/trust_files.hpp"
#include "ledger/ledger.hpp"
#include "storage/signed_state.hpp"
#include "types/checkpoint.hpp"
#include "types/receipt.hpp"

namespace ropenet::cosign {

/// A checkpoint that readers can get, with all its signatures.
struct SignedCheckpoint {
    Checkpoint checkpoint;
    std::string text;  // without signature lines
    std::string note;  // with them
};

/// Shared by bundles that are being made while the next one replaces it.
using SignedCheckpointPtr = std::shared_ptr<const SignedCheckpoint>;

struct CosignParts {
    ledger::Ledger& ledger;  // must outlive the cosigner, as clock and log
    std::unique_ptr<storage::SignedState> signed_state;
    const Clock& clock;
    Log& log;
    std::function<void(Error)> on_fatal;  // on the signing thread
};

class Cosigner {
  public:
    /// Checks what was signed before against the ledger, and signs at once if leaves have none.
    static Result<std::unique_ptr<Cosigner>> start(CosignKeys keys, TrustTexts texts,
                                                   CosignParts parts);
    /// Signs nothing, ever: serves the checkpoint that the log folder holds, which must cover the
    /// whole ledger. Receipts cannot be had.
    static Result<std::unique_ptr<Cosigner>> read_only(TrustTexts texts, CosignParts parts);
    /// Without a last checkpoint; stop() makes it.
    ~Cosigner();
    Cosigner(const Cosigner&) = delete;
    Cosigner& operator=(const Cosigner&) = delete;

    /// The ledger now has `log_size` leaves. Cheap.
    void note_commit(std::uint64_t log_size) ROPE_EXCLUDES(mutex_);

    /// Never null.
    SignedCheckpointPtr newest() const ROPE_EXCLUDES(mutex_);

    /// Somebody wants evidence of leaf `index`: a checkpoint over it is made soon.
    void demand(std::uint64_t index) ROPE_EXCLUDES(mutex_);

    /// Waits until a checkpoint covers leaf `index`; false when the time is over or signing
    /// stopped. Blocks: not for HTTP handlers.
    bool wait_covered(std::uint64_t index, std::chrono::milliseconds time) ROPE_EXCLUDES(mutex_);

    /// `receipt` with kid and signature filled in, over the root of its tree.
    Result<Receipt> sign_receipt(Receipt receipt, const Hash32& root) const;

    const Trust& trust() const { return trust_; }
    const crypto::PublicKey& receipt_key() const { return keys_.receipt->public_key(); }

    /// Signs a last checkpoint over everything committed. After the ledger thread has ended.
    Result<void> stop() ROPE_EXCLUDES(mutex_);

  private:
    Cosigner(CosignKeys keys, Trust trust, CosignParts parts);

    Result<void> take_up() ROPE_EXCLUDES(mutex_);
    Result<void> check_signed(std::uint64_t log_size, std::uint64_t installed) const;
    Result<void> sign_newest() ROPE_EXCLUDES(mutex_);
    Result<std::string> sign_note(const std::string& text) const;
    void publish(SignedCheckpointPtr made) ROPE_EXCLUDES(mutex_);
    void run() ROPE_EXCLUDES(mutex_);
    bool wait_until_due() ROPE_EXCLUDES(mutex_);
    void end_thread() ROPE_EXCLUDES(mutex_);

    const CosignKeys keys_;
    const Trust trust_;
    CosignParts parts_;

    mutable Mutex mutex_;
    CondVar changed_;
    CheckpointSchedule schedule_ ROPE_GUARDED_BY(mutex_);
    SignedCheckpointPtr newest_ ROPE_GUARDED_BY(mutex_);
    std::uint64_t log_size_ ROPE_GUARDED_BY(mutex_) = 0;
    std::uint64_t demanded_size_ ROPE_GUARDED_BY(mutex_) = 0;
    bool stopping_ ROPE_GUARDED_BY(mutex_) = false;
    bool failed_ ROPE_GUARDED_BY(mutex_) = false;

    NamedThread thread_;
};

}  // namespace ropenet::cosign
