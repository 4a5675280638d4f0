#include "cosign/trust_files.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "crypto/hash.hpp"

namespace ropenet::cosign {
namespace {

NoteKey note_key_of(std::string name, NoteKeyType type, const crypto::PublicKey& key) {
    const auto point = key.ed25519_point();
    ROPE_CHECK(point.has_value());  // check_kinds or generate_signer came first
    return NoteKey{.name = std::move(name), .type = type, .key = *point};
}

Result<void> check_kinds(const CosignKeys& keys) {
    if (keys.log->public_key().alg() != crypto::Alg::ed25519) {
        return fail(ErrorCode::config, "the log key must be Ed25519");
    }
    if (keys.witness->public_key().alg() != crypto::Alg::ed25519) {
        return fail(ErrorCode::config, "the cosign key must be Ed25519");
    }
    if (keys.receipt->public_key().alg() != crypto::Alg::es256) {
        return fail(ErrorCode::config, "the receipt key must be ES256 (P-256)");
    }
    return {};
}

}  // namespace

NoteKey log_key_of(const std::string& origin, const crypto::PublicKey& key) {
    return note_key_of(origin, NoteKeyType::ed25519, key);
}

NoteKey witness_key_of(const NodeNames& names, const crypto::PublicKey& key) {
    return note_key_of(names.origin + "/" + names.node, NoteKeyType::cosignature_v1, key);
}

TrustTexts make_trust(const NodeNames& names, const CosignKeys& keys, std::vector<Hash32> tsa) {
    TrustPolicy policy;
    policy.logs.push_back(log_key_of(names.origin, keys.log->public_key()));
    policy.witnesses.push_back(
        {.name = names.node, .key = witness_key_of(names, keys.witness->public_key())});
    return {.policy = text_from_policy(policy),
            .keys = text_from_keys(
                {.receipt = {keys.receipt->public_key().kid()}, .tsa = std::move(tsa)})};
}

GenesisValidator validator_of(const NodeNames& names, const CosignKeys& keys) {
    return {.name = names.node,
            .log_vkey = vkey_from_key(log_key_of(names.origin, keys.log->public_key())),
            .cosigner_vkey = vkey_from_key(witness_key_of(names, keys.witness->public_key()))};
}

PolicyRecord first_policy_of(const TrustTexts& texts) {
    return {.policy_digest = crypto::sha256(view_of(texts.policy)),
            .previous_digest = {},
            .keys_digest = crypto::sha256(view_of(texts.keys))};
}

Result<Trust> check_trust(TrustTexts texts, const Genesis& genesis) {
    auto policy = policy_from_text(texts.policy);
    if (!policy || origin_of(*policy) != genesis.origin) {
        return fail(ErrorCode::config, "policy.txt is no policy of " + genesis.origin);
    }
    if (!keys_from_text(texts.keys)) return fail(ErrorCode::config, "keys.txt cannot be read");
    if (first_policy_of(texts) != genesis.policy) {
        return fail(ErrorCode::config, "policy.txt or keys.txt is not the one genesis.cbor names");
    }
    NoteKey log = policy->logs.front();
    NoteKey witness = policy->witnesses.front().key;
    return Trust{.texts = std::move(texts),
                 .policy = *std::move(policy),
                 .log = std::move(log),
                 .witness = std::move(witness)};
}

Result<Trust> check_trust(TrustTexts texts, const CosignKeys& keys, const Genesis& genesis) {
    ROPE_DO(check_kinds(keys));
    ROPE_TRY(Trust trust, check_trust(std::move(texts), genesis));
    const TrustPolicy* policy = &trust.policy;
    const auto listed = keys_from_text(trust.texts.keys);
    NoteKey log = log_key_of(genesis.origin, keys.log->public_key());
    if (std::ranges::find(policy->logs, log) == policy->logs.end()) {
        return fail(ErrorCode::config, "policy.txt does not name this node's log key");
    }
    const auto point = keys.witness->public_key().ed25519_point();
    const auto witness = std::ranges::find_if(
        policy->witnesses,
        [&](const PolicyWitness& candidate) { return point && candidate.key.key == *point; });
    if (witness == policy->witnesses.end()) {
        return fail(ErrorCode::config, "policy.txt does not name this node's cosign key");
    }
    const Hash32& receipt = keys.receipt->public_key().kid();
    if (std::ranges::find(listed->receipt, receipt) == listed->receipt.end()) {
        return fail(ErrorCode::config, "keys.txt does not list this node's receipt key");
    }
    trust.log = std::move(log);
    trust.witness = witness->key;
    return trust;
}

}  // namespace ropenet::cosign
