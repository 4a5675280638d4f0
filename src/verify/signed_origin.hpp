// Who has signed a checkpoint, seen from a policy that the verifier was given.
//
// Inside this module. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "types/note.hpp"
#include "types/trust_policy.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::verify {

enum class Origin : std::uint8_t {
    established,
    unknown,  // no policy was given, or others than its signers have signed
    broken,   // a signature by one of its signers does not verify
};

Origin judge_signatures(const Note& note, const TrustPolicy& policy);
Origin establish(const Note& note, const std::optional<TrustedPolicy>& trust);

}  // namespace ropenet::verify
