// Whose signatures make a checkpoint of a rope valid: policy.txt and keys.txt.
//
//   policy.txt = 1*("log " vkey "\n")
//                1*("witness " name " " vkey " https://" key-name "\n")
//                "group witnesses " k *(" " name) "\n"        ; all, in the order of their lines
//                "quorum witnesses\n"                         ; k = floor(2n/3) + 1
//   keys.txt   = *("receipt " hex "\n") *("tsa " hex "\n")     ; sorted, each once
//
// policy.txt is a C2SP tlog-policy; this parser takes only the form that is made here, so that a
// policy has one spelling and one digest. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "types/note.hpp"

namespace ropenet {

inline constexpr std::size_t kPolicyBytesMax = 64 * 1024;
inline constexpr std::size_t kPolicyLogsMax = 64;
inline constexpr std::size_t kPolicyWitnessesMax = 64;
inline constexpr std::size_t kTrustKeysMax = 256;

struct PolicyWitness {
    std::string name;  // of the policy alone: `[a-z0-9][a-z0-9.-]{0,62}`
    NoteKey key;

    friend bool operator==(const PolicyWitness&, const PolicyWitness&) = default;
};

struct TrustPolicy {
    std::vector<NoteKey> logs;  // one a node; the name of each is the origin
    std::vector<PolicyWitness> witnesses;

    friend bool operator==(const TrustPolicy&, const TrustPolicy&) = default;
};

enum class PolicyError : std::uint8_t {
    oversize,
    line,  // a line of another form, out of order, or a missing "\n" at the end
    vkey,
    origin,     // log lines that do not name one well-formed origin
    witness,    // a witness name or address of another form
    duplicate,  // the same key or name twice
    group,      // not all witnesses in their order
    threshold,  // not floor(2n/3) + 1
    count,
};

/// floor(2n/3) + 1
std::size_t quorum_of(std::size_t witness_count);

/// Pre: what policy_from_text would accept.
std::string text_from_policy(const TrustPolicy& policy);
Expected<TrustPolicy, PolicyError> policy_from_text(std::string_view text);

/// The origin that all log lines name. Pre: made by policy_from_text.
const std::string& origin_of(const TrustPolicy& policy);

enum class QuorumError : std::uint8_t {
    origin,          // the note's first line is not the policy's origin
    log_signature,   // the first line is not by a log key of the policy, or does not verify
    unknown_signer,  // a line by a key that the policy does not name as a witness
    order,           // a witness twice, or not in the order of the policy
    cosignature,     // a witness line that does not verify
    too_few,
};

/// The first signature line is the log's, the others are witnesses of the policy in its order, all
/// verify, and the quorum is reached.
Expected<void, QuorumError> check_quorum(const TrustPolicy& policy, const Note& note);

struct TrustKeys {
    std::vector<Hash32> receipt;  // SHA-256 of SubjectPublicKeyInfo; sorted, each once
    std::vector<Hash32> tsa;      // SHA-256 of the certificate

    friend bool operator==(const TrustKeys&, const TrustKeys&) = default;
};

/// Sorts and drops repetitions.
std::string text_from_keys(TrustKeys keys);
Expected<TrustKeys, PolicyError> keys_from_text(std::string_view text);

}  // namespace ropenet
