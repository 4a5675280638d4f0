// Joins ordering to the ledger of one rope: bytes decided by the engine become checked
// transactions.
//
// Threads: the ledger thread, as the engine calls. Errors: storage, of this rope or another of the
// node; they stop the engine.
#pragma once

#include "admission/admission.hpp"
#include "ledger/ledger.hpp"
#include "node/failure.hpp"
#include "ordering/engine.hpp"

namespace ropenet::node {

class RopeApplication final : public ordering::Application {
  public:
    /// All must outlive the application.
    RopeApplication(ledger::Ledger& ledger, admission::Admission& admission, const Clock& clock,
                    const Failure& failure)
        : ledger_{ledger}, admission_{admission}, clock_{clock}, failure_{failure} {}

    ordering::ApplicationInfo info() override;
    ordering::Verdict check_tx(BytesView tx) override;
    Result<ordering::FinalizedBlock> finalize_block(const ordering::DecidedBlock& block) override;
    Result<void> commit() override;

  private:
    Result<void> flush_when_due();

    ledger::Ledger& ledger_;
    admission::Admission& admission_;
    const Clock& clock_;
    const Failure& failure_;
    std::int64_t flushed_ms_ = 0;
};

}  // namespace ropenet::node
