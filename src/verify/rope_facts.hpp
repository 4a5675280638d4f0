// What a bundle says about its rope: signed checkpoint, genesis, policies. Checked once for all
// bundles that share it. Inside this module. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "types/bundle.hpp"
#include "types/checkpoint.hpp"
#include "types/names.hpp"
#include "types/trust_policy.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

struct RopeFacts {
    std::vector<Check> checks;
    bool ok = false;  // what follows holds only then
    Checkpoint checkpoint;
    std::string note_text;  // without signature lines
    TrustKeys keys;
    std::vector<Hash32> policy_digests;                     // of every policy from genesis to now
    std::map<AccountId, std::vector<Hash32>> genesis_keys;  // account -> key ids
};

/// Names all bytes that rope_facts_from reads.
Hash32 rope_digest(const BundleFiles& files, std::string_view note);

/// Pre: check_bundle_names(files). `note` is the one of proof.tlog.
RopeFacts rope_facts_from(const BundleFiles& files, std::string_view note);

}  // namespace ropenet::verify
