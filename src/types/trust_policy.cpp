#include "types/trust_policy.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "crypto/public_key.hpp"
#include "types/checkpoint.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kGroup = "witnesses";
constexpr std::string_view kReserved = "none";

Expected<std::vector<std::string_view>, PolicyError> lines_of(std::string_view text) {
    if (text.size() > kPolicyBytesMax) return Unexpected{PolicyError::oversize};
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return Unexpected{PolicyError::line};
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return lines;
}

/// Fields between single spaces; an empty one stays, and then matches nothing.
std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t space = line.find(' '); space != std::string_view::npos;
         space = line.find(' ')) {
        fields.push_back(line.substr(0, space));
        line.remove_prefix(space + 1);
    }
    fields.push_back(line);
    return fields;
}

/// A vkey of that type whose point crypto accepts: a policy with a dead key is refused as a whole.
Expected<NoteKey, PolicyError> key_of(std::string_view vkey, NoteKeyType type) {
    const auto key = key_from_vkey(vkey);
    if (!key || key->type != type) return Unexpected{PolicyError::vkey};
    if (!crypto::public_key_from_spki(crypto::ed25519_spki(key->key))) {
        return Unexpected{PolicyError::vkey};
    }
    return *key;
}

Expected<void, PolicyError> add_log(TrustPolicy& policy, std::string_view line) {
    const auto fields = fields_of(line);
    if (fields.size() != 2) return Unexpected{PolicyError::line};
    ROPE_TRY(NoteKey key, key_of(fields[1], NoteKeyType::ed25519));
    if (!is_origin(key.name)) return Unexpected{PolicyError::origin};
    if (!policy.logs.empty() && policy.logs.front().name != key.name) {
        return Unexpected{PolicyError::origin};
    }
    policy.logs.push_back(std::move(key));
    return {};
}

Expected<void, PolicyError> add_witness(TrustPolicy& policy, std::string_view line) {
    const auto fields = fields_of(line);
    if (fields.size() != 4) return Unexpected{PolicyError::line};
    if (!is_origin_part(fields[1]) || fields[1] == kGroup || fields[1] == kReserved) {
        return Unexpected{PolicyError::witness};
    }
    ROPE_TRY(NoteKey key, key_of(fields[2], NoteKeyType::cosignature_v1));
    if (fields[3] != "https://" + key.name) return Unexpected{PolicyError::witness};
    policy.witnesses.push_back({.name = std::string{fields[1]}, .key = std::move(key)});
    return {};
}

Expected<void, PolicyError> check_distinct(const TrustPolicy& policy) {
    std::set<Ed25519Raw> keys;  // log and witness keys may not be shared either
    std::set<std::string_view> names;
    std::set<std::string_view> key_names;
    for (const NoteKey& log : policy.logs) {
        if (!keys.insert(log.key).second) return Unexpected{PolicyError::duplicate};
    }
    for (const PolicyWitness& witness : policy.witnesses) {
        if (!keys.insert(witness.key.key).second || !names.insert(witness.name).second ||
            !key_names.insert(witness.key.name).second) {
            return Unexpected{PolicyError::duplicate};
        }
    }
    return {};
}

Expected<void, PolicyError> check_group(const TrustPolicy& policy, std::string_view line) {
    const auto fields = fields_of(line);
    const std::size_t count = policy.witnesses.size();
    if (fields.size() < 3 || fields[0] != "group" || fields[1] != kGroup) {
        return Unexpected{PolicyError::line};
    }
    if (fields.size() != 3 + count) return Unexpected{PolicyError::group};
    if (fields[2] != std::to_string(quorum_of(count))) return Unexpected{PolicyError::threshold};
    for (std::size_t i = 0; i < count; ++i) {
        if (fields[3 + i] != policy.witnesses[i].name) return Unexpected{PolicyError::group};
    }
    return {};
}

std::optional<Hash32> take_key(std::string_view line, std::string_view word) {
    if (!line.starts_with(word)) return std::nullopt;
    return hash32_from_hex(line.substr(word.size()));
}

}  // namespace

std::size_t quorum_of(std::size_t witness_count) {
    return 2 * witness_count / 3 + 1;
}

std::string text_from_policy(const TrustPolicy& policy) {
    std::string out;
    for (const NoteKey& log : policy.logs)
        out += "log " + vkey_from_key(log) + "\n";
    for (const PolicyWitness& witness : policy.witnesses) {
        out += "witness " + witness.name + " " + vkey_from_key(witness.key) + " https://" +
               witness.key.name + "\n";
    }
    out += "group witnesses " + std::to_string(quorum_of(policy.witnesses.size()));
    for (const PolicyWitness& witness : policy.witnesses)
        out += " " + witness.name;
    out += "\nquorum witnesses\n";
    return out;
}

Expected<TrustPolicy, PolicyError> policy_from_text(std::string_view text) {
    ROPE_TRY(const auto lines, lines_of(text));
    TrustPolicy policy;
    std::size_t at = 0;
    for (; at < lines.size() && lines[at].starts_with("log "); ++at) {
        const auto added = add_log(policy, lines[at]);
        if (!added) return Unexpected{added.error()};
    }
    for (; at < lines.size() && lines[at].starts_with("witness "); ++at) {
        const auto added = add_witness(policy, lines[at]);
        if (!added) return Unexpected{added.error()};
    }
    if (policy.logs.empty() || policy.witnesses.empty() || policy.logs.size() > kPolicyLogsMax ||
        policy.witnesses.size() > kPolicyWitnessesMax) {
        return Unexpected{PolicyError::count};
    }
    const auto distinct = check_distinct(policy);
    if (!distinct) return Unexpected{distinct.error()};
    if (lines.size() != at + 2) return Unexpected{PolicyError::line};
    const auto group = check_group(policy, lines[at]);
    if (!group) return Unexpected{group.error()};
    if (lines[at + 1] != "quorum witnesses") return Unexpected{PolicyError::line};
    return policy;
}

const std::string& origin_of(const TrustPolicy& policy) {
    ROPE_CHECK(!policy.logs.empty());
    return policy.logs.front().name;
}

Expected<void, QuorumError> check_quorum(const TrustPolicy& policy, const Note& note) {
    const auto checkpoint = checkpoint_from_text(note.text);
    if (!checkpoint || checkpoint->origin != origin_of(policy)) {
        return Unexpected{QuorumError::origin};
    }
    if (note.signatures.empty()) return Unexpected{QuorumError::log_signature};
    const NoteSignature& first = note.signatures.front();
    const bool by_a_log = std::any_of(
        policy.logs.begin(), policy.logs.end(),
        [&](const NoteKey& log) { return verify_note_signature(log, first, note.text); });
    if (!by_a_log) return Unexpected{QuorumError::log_signature};

    std::size_t next = 0;  // witnesses before it have signed or were passed over
    for (std::size_t i = 1; i < note.signatures.size(); ++i) {
        const NoteSignature& line = note.signatures[i];
        const auto witness = std::find_if(
            policy.witnesses.begin(), policy.witnesses.end(), [&](const PolicyWitness& w) {
                return w.key.name == line.name && key_id_of(w.key) == line.key_id;
            });
        if (witness == policy.witnesses.end()) return Unexpected{QuorumError::unknown_signer};
        const auto at = static_cast<std::size_t>(witness - policy.witnesses.begin());
        if (at < next) return Unexpected{QuorumError::order};
        next = at + 1;
        if (!verify_note_signature(witness->key, line, note.text)) {
            return Unexpected{QuorumError::cosignature};
        }
    }
    if (note.signatures.size() - 1 < quorum_of(policy.witnesses.size())) {
        return Unexpected{QuorumError::too_few};
    }
    return {};
}

std::string text_from_keys(TrustKeys keys) {
    std::string out;
    const std::set<Hash32> receipt{keys.receipt.begin(), keys.receipt.end()};
    const std::set<Hash32> tsa{keys.tsa.begin(), keys.tsa.end()};
    for (const Hash32& key : receipt)
        out += "receipt " + hex(key) + "\n";
    for (const Hash32& key : tsa)
        out += "tsa " + hex(key) + "\n";
    return out;
}

Expected<TrustKeys, PolicyError> keys_from_text(std::string_view text) {
    ROPE_TRY(const auto lines, lines_of(text));
    if (lines.size() > kTrustKeysMax) return Unexpected{PolicyError::count};
    TrustKeys keys;
    for (const std::string_view line : lines) {
        if (const auto receipt = take_key(line, "receipt ")) {
            keys.receipt.push_back(*receipt);
        } else if (const auto tsa = take_key(line, "tsa ")) {
            keys.tsa.push_back(*tsa);
        } else {
            return Unexpected{PolicyError::line};
        }
    }
    // Sorted, each once, receipts first: the one spelling of these keys.
    if (text_from_keys(keys) != text) return Unexpected{PolicyError::duplicate};
    return keys;
}

}  // namespace ropenet
