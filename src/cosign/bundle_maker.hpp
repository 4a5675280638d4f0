// Puts an evidence bundle together: what a reader of the ledger can prove about one tx under the
// newest checkpoint (docs/spec/bundle.md).
//
// Does not decide who may have it. Threads: any. Errors: io or corrupt, when storage fails.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
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
};

class BundleMaker {
  public:
    /// Both must outlive the maker.
    BundleMaker(const ledger::Reader& reader, Cosigner& cosigner)
        : reader_{reader}, cosigner_{cosigner} {}

    Result<Expected<BundleFiles, NotMade>> make(const BundleRequest& request) const;

  private:
    struct Draft;

    Result<void> add_tx(Draft& draft, const ledger::TxEntry& entry) const;
    Result<void> add_receipt(Draft& draft, const ledger::TxEntry& entry) const;
    Result<void> add_trust(Draft& draft) const;
    Result<bool> add_state(Draft& draft, const Bytes& full_key) const;
    Result<void> add_proof(Draft& draft, const std::string& name, std::uint64_t index) const;
    Result<Bytes> record(std::uint64_t index) const;

    const ledger::Reader& reader_;
    Cosigner& cosigner_;
};

}  // namespace ropenet::cosign
