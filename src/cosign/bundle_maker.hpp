// Puts an evidence bundle together: what a reader of the ledger can prove about one tx under the
// newest checkpoint (docs/spec/bundle.md).
//
// Does not decide who may have it. Threads: any. Errors: io or corrupt, when storage fails.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "concurrency/mutex.hpp"
#include "cosign/cosigner.hpp"
#include "ledger/reader.hpp"
#include "types/bundle.hpp"

namespace ropenet::cosign {

enum class NotMade : std::uint8_t {
    unknown_tx,   // nothing of that id is recorded
    not_covered,  // recorded; a checkpoint over it has been demanded, ask again in a second
};

struct BundleRequest {
    Hash32 tx_id{};
    std::optional<Bytes> state_key;  // full key: prove its value or absence too
    bool timestamp = true;           // where somebody stamps checkpoints
};

/// timestamp.tsr and tsa-ca.pem.
struct CheckpointToken {
    Bytes reply;
    std::string ca_pem;
};

/// Stamps the text of a checkpoint; absent when there is no time now. On any thread.
using StampCheckpoint = std::function<std::optional<CheckpointToken>(const std::string& text)>;

class BundleMaker {
  public:
    /// Reader and cosigner must outlive the maker. Without `stamp` no bundle has a timestamp.
    BundleMaker(const ledger::Reader& reader, Cosigner& cosigner, StampCheckpoint stamp = nullptr)
        : reader_{reader}, cosigner_{cosigner}, stamp_{std::move(stamp)} {}

    Result<Expected<BundleFiles, NotMade>> make(const BundleRequest& request) const;

  private:
    struct Draft;

    Result<void> add_tx(Draft& draft, const ledger::TxEntry& entry) const;
    Result<void> add_receipt(Draft& draft, const ledger::TxEntry& entry) const;
    Result<void> add_trust(Draft& draft) const;
    void add_timestamp(Draft& draft) const ROPE_EXCLUDES(mutex_);
    Result<bool> add_state(Draft& draft, const Bytes& full_key) const;
    Result<void> add_proof(Draft& draft, const std::string& name, std::uint64_t index) const;
    Result<Bytes> record(std::uint64_t index) const;

    const ledger::Reader& reader_;
    Cosigner& cosigner_;
    const StampCheckpoint stamp_;

    /// The token of the newest checkpoint that was stamped: many bundles share it.
    struct Stamped {
        std::string text;
        CheckpointToken token;
    };
    mutable Mutex mutex_;
    mutable Stamped stamped_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::cosign
