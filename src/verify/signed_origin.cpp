#include "verify/signed_origin.hpp"

#include <algorithm>

namespace ropenet::verify {
namespace {

bool is_by(const NoteKey& key, const NoteSignature& line) {
    return key.name == line.name && key_id_of(key) == line.key_id;
}

}  // namespace

/// A signature that does not verify is damage; one by others than the policy's is merely unknown.
Origin judge_signatures(const Note& note, const TrustPolicy& policy) {
    const auto checked = check_quorum(policy, note);
    if (checked) return Origin::established;
    switch (checked.error()) {
        case QuorumError::cosignature:
        case QuorumError::order:
            return Origin::broken;
        case QuorumError::log_signature: {
            const bool known = std::any_of(
                policy.logs.begin(), policy.logs.end(),
                [&note](const NoteKey& log) { return is_by(log, note.signatures.front()); });
            return known ? Origin::broken : Origin::unknown;
        }
        case QuorumError::origin:
        case QuorumError::unknown_signer:
        case QuorumError::too_few:
            break;
    }
    return Origin::unknown;
}

Origin establish(const Note& note, const std::optional<TrustedPolicy>& trust) {
    if (!trust) return Origin::unknown;
    const auto policy = policy_from_text(trust->text);
    return policy ? judge_signatures(note, *policy) : Origin::unknown;
}

}  // namespace ropenet::verify
