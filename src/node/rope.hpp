// One rope in a node: its ledger, cosigner, admission and engine, started and stopped in order.
//
// Threads: start and stop by the node; the rest as each part says. Errors: of start(): those of the
// parts; later ones go to on_fatal, on whatever thread met them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "admission/admission.hpp"
#include "api/rope_access.hpp"
#include "concurrency/named_thread.hpp"
#include "concurrency/worker_pool.hpp"
#include "cosign/bundle_maker.hpp"
#include "cosign/cosigner.hpp"
#include "crypto/ed25519_table.hpp"
#include "ledger/ledger.hpp"
#include "node/application.hpp"
#include "node/data_folder.hpp"
#include "node/failure.hpp"
#include "ordering/solo/solo_engine.hpp"
#include "storage/kv.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::node {

inline constexpr const char* kClockFails =
    "wall and monotonic clock have parted by over 60 s; no more blocks until a restart";

/// All must outlive the rope.
struct RopeParts {
    storage::FileSystem& files;
    storage::KvEnvironment& kv;
    WorkerPool& workers;
    crypto::Ed25519Table ed25519;
    const Clock& clock;
    Log& log;
    std::function<void(const Error&)> on_fatal;
    const Failure& failure;
    bool accept_clock = false;
    ClockKind clock_kind = ClockKind::machine;
    std::size_t leaves_in_memory = 0;           // of its state tree
    timestamp::Authority* authority = nullptr;  // stamps its checkpoints; may be null
};

class Rope {
  public:
    static Result<std::unique_ptr<Rope>> start(const DataFolder& folder, const std::string& name,
                                               const RopeParts& parts);
    ~Rope();
    Rope(const Rope&) = delete;
    Rope& operator=(const Rope&) = delete;

    const std::string& name() const { return name_; }
    api::RopeAccess access();
    const ledger::Reader& reader() const { return ledger_->reader(); }
    admission::AdmissionCounts counts() const { return admission_->counts(); }
    /// Nothing is decided until a restart; it still serves.
    bool clock_fails() const { return admission_->clock_fails(); }

    /// Nobody is woken by a commit any more.
    void close_events() { commits_.close(); }
    /// Nothing more is taken in; the block under way is decided, what is queued behind it is
    /// dropped unacknowledged; a last checkpoint; a flush. After an error of the node nothing more
    /// is decided, signed or flushed.
    Result<void> stop();

  private:
    class Facts;
    class Listener;

    Rope(std::string name, const RopeParts& parts);
    Result<void> open(const DataFolder& folder);
    Result<void> check_clock() const;
    Result<void> start_admission();
    void run_engine();

    const std::string name_;
    RopeParts parts_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<cosign::Cosigner> cosigner_;
    std::unique_ptr<cosign::BundleMaker> bundles_;
    std::unique_ptr<Facts> facts_;
    std::unique_ptr<ordering::SoloEngine> engine_;
    std::unique_ptr<admission::Admission> admission_;
    std::unique_ptr<RopeApplication> application_;
    ledger::CommitSignal commits_;
    std::unique_ptr<Listener> listener_;
    NamedThread thread_;  // the ledger thread
    bool read_only_ = false;
    bool stopped_ = false;
};

}  // namespace ropenet::node
