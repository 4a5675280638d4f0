// What the routes need of one rope; the node joins it.
//
// Plain references that outlive the router. Knows nothing of how the rope is stored or ordered.
#pragma once

#include <string>

#include "admission/admission.hpp"
#include "cosign/bundle_maker.hpp"
#include "cosign/cosigner.hpp"
#include "ledger/commit_signal.hpp"
#include "ledger/reader.hpp"

namespace ropenet::api {

struct RopeAccess {
    std::string name;  // as routes say it: the part of the origin after the slash
    const ledger::Reader& reader;
    admission::Admission& admission;
    cosign::Cosigner& cosigner;          // newest checkpoint, policy and keys
    const cosign::BundleMaker& bundles;  // evidence
    ledger::CommitSignal& commits;       // of every height that the reader has
    bool read_only = false;              // no transactions are taken, no receipts signed
};

}  // namespace ropenet::api
