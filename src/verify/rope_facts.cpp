#include "verify/rope_facts.hpp"

#include <optional>
#include <utility>

#include "crypto/hash.hpp"
#include "types/genesis.hpp"
#include "types/note.hpp"
#include "types/record.hpp"
#include "types/tlog_proof.hpp"
#include "verify/check_list.hpp"
#include "verify/inclusion.hpp"

namespace ropenet::verify {
namespace {

/// The parsed files; complete when every form check passed.
struct RopeFiles {
    Note note;
    std::string note_bytes;
    Checkpoint checkpoint;
    Genesis genesis;
    Hash32 genesis_digest{};
    std::vector<TrustPolicy> policies;  // from the first to policy.txt
    std::vector<Hash32> policy_digests;
    TrustKeys keys;
    Hash32 keys_digest{};
    NoteKey log_key;
};

const Bytes& file(const BundleFiles& files, std::string_view name) {
    const auto found = files.find(name);
    ROPE_CHECK(found != files.end());
    return found->second;
}

std::string policy_file(std::size_t k, std::string_view extension) {
    return "policies/" + std::to_string(k) + std::string{extension};
}

std::optional<NoteKey> log_key_from(std::string_view text) {
    if (!text.ends_with('\n')) return std::nullopt;
    const auto key = key_from_vkey(text.substr(0, text.size() - 1));
    if (!key || key->type != NoteKeyType::ed25519) return std::nullopt;
    return *key;
}

bool read_policies(const BundleFiles& files, RopeFiles& out, CheckList& checks) {
    const std::size_t changes = policy_changes_of(files);
    for (std::size_t k = 0; k <= changes; ++k) {
        const std::string name = k == changes ? "policy.txt" : policy_file(k, ".txt");
        const Bytes& text = file(files, name);
        auto policy = policy_from_text(text_of(text));
        if (!policy) return checks.expect(CheckId::policy_form, false, name);
        out.policies.push_back(*std::move(policy));
        out.policy_digests.push_back(crypto::sha256(text));
    }
    return checks.expect(CheckId::policy_form, true);
}

bool read_rope_files(const BundleFiles& files, std::string_view note, RopeFiles& out,
                     CheckList& checks) {
    out.note_bytes = std::string{note};
    auto parsed_note = note_from_text(note);
    const bool note_ok = parsed_note.has_value();
    if (note_ok) out.note = *std::move(parsed_note);
    auto checkpoint = checkpoint_from_text(out.note.text);
    const bool proof_ok = note_ok && checkpoint.has_value();
    if (proof_ok) out.checkpoint = *std::move(checkpoint);
    bool ok = checks.expect(CheckId::proof_form, proof_ok);

    ok = read_policies(files, out, checks) && ok;

    const Bytes& keys_text = file(files, "keys.txt");
    out.keys_digest = crypto::sha256(keys_text);
    auto keys = keys_from_text(text_of(keys_text));
    ok = checks.expect(CheckId::keys_form, keys.has_value()) && ok;
    if (keys) out.keys = *std::move(keys);

    const Bytes& genesis_bytes = file(files, "genesis.cbor");
    out.genesis_digest = crypto::sha256(genesis_bytes);
    auto genesis = decode_genesis(genesis_bytes);
    ok = checks.expect(CheckId::genesis_form, genesis.has_value()) && ok;
    if (genesis) out.genesis = *std::move(genesis);

    const auto log_key = log_key_from(text_of(file(files, "log.vkey")));
    ok = checks.expect(CheckId::log_key_form, log_key.has_value()) && ok;
    if (log_key) out.log_key = *log_key;
    return ok;
}

bool lists(const TrustPolicy& policy, const NoteKey& log_key) {
    for (const NoteKey& log : policy.logs) {
        if (log == log_key) return true;
    }
    return false;
}

std::string_view cause_of(QuorumError error) {
    switch (error) {
        case QuorumError::origin:
            return "another origin";
        case QuorumError::log_signature:
            return "log signature";
        case QuorumError::unknown_signer:
            return "a signature line by a key the policy does not name";
        case QuorumError::order:
            return "a witness twice or out of order";
        case QuorumError::cosignature:
            return "a cosignature that does not verify";
        case QuorumError::too_few:
            break;
    }
    return "too few cosignatures";
}

void check_signatures(const RopeFiles& rope, CheckList& checks) {
    const TrustPolicy& policy = rope.policies.back();
    checks.expect(CheckId::log_key_listed, lists(policy, rope.log_key));
    checks.expect(
        CheckId::log_signature,
        verify_note_signature(rope.log_key, rope.note.signatures.front(), rope.note.text));
    const auto quorum = check_quorum(policy, rope.note);
    checks.expect(CheckId::cosignatures, quorum.has_value(),
                  quorum ? std::string_view{} : cause_of(quorum.error()));
}

bool proves(const TlogProof& proof, const Checkpoint& checkpoint, BytesView record_bytes,
            std::uint64_t record_index) {
    if (proof.index != record_index) return false;
    return root_from_path(proof.index, checkpoint.size, leaf_hash(record_bytes), proof.path) ==
           checkpoint.root;
}

/// Empty if leaf 0 is what it should be; otherwise the reason.
std::string_view genesis_leaf_fault(const BundleFiles& files, const RopeFiles& rope) {
    const Bytes& leaf = file(files, "policies/0.cbor");
    const auto record = decode_record(leaf);
    const auto proof = proof_from_text(text_of(file(files, "policies/0.tlog")));
    if (!record) return "policies/0.cbor is not a record";
    if (!proof) return "policies/0.tlog is not a tlog-proof";
    if (proof->note != rope.note_bytes) return "policies/0.tlog has another checkpoint";
    if (!proves(*proof, rope.checkpoint, leaf, 0)) return "policies/0.cbor is not leaf 0";
    const auto* block = std::get_if<BlockRecord>(&record->body);
    if (block == nullptr || record->index != 0 || record->height != 0) {
        return "policies/0.cbor is not the record of height 0";
    }
    if (block->genesis_digest != rope.genesis_digest) return "another genesis digest";
    if (record->origin != rope.genesis.origin) return "another origin";
    if (record->time_ms != rope.genesis.time_ms) return "another time";
    return {};
}

struct ChainLink {
    Record record;
    PolicyRecord policy;
};

/// The record of policy k, proved under the quorum of policy k-1.
std::optional<ChainLink> link_from(const BundleFiles& files, const RopeFiles& rope, std::size_t k) {
    const Bytes& leaf = file(files, policy_file(k, ".cbor"));
    auto record = decode_record(leaf);
    const auto proof = proof_from_text(text_of(file(files, policy_file(k, ".tlog"))));
    if (!record || !proof) return std::nullopt;
    const auto* policy = std::get_if<PolicyRecord>(&record->body);
    if (policy == nullptr || record->origin != rope.genesis.origin) return std::nullopt;
    const auto note = note_from_text(proof->note);
    if (!note || !check_quorum(rope.policies[k - 1], *note)) return std::nullopt;
    const auto checkpoint = checkpoint_from_text(note->text);
    if (!checkpoint || !proves(*proof, *checkpoint, leaf, record->index)) return std::nullopt;
    const PolicyRecord body = *policy;
    return ChainLink{.record = *std::move(record), .policy = body};
}

std::string chain_fault(const BundleFiles& files, const RopeFiles& rope) {
    std::uint64_t last_index = 0;
    Hash32 keys_digest = rope.genesis.policy.keys_digest;
    for (std::size_t k = 1; k < rope.policies.size(); ++k) {
        const auto link = link_from(files, rope, k);
        if (!link || link->record.index <= last_index ||
            link->policy.policy_digest != rope.policy_digests[k] ||
            link->policy.previous_digest != rope.policy_digests[k - 1]) {
            return policy_file(k, ".cbor");
        }
        last_index = link->record.index;
        keys_digest = link->policy.keys_digest;
    }
    return keys_digest == rope.keys_digest ? std::string{} : "keys.txt";
}

void check_genesis_and_policies(const BundleFiles& files, const RopeFiles& rope,
                                CheckList& checks) {
    const std::string_view leaf_fault = genesis_leaf_fault(files, rope);
    checks.expect(CheckId::genesis_leaf, leaf_fault.empty(), leaf_fault);
    checks.expect(CheckId::first_policy,
                  rope.genesis.policy.policy_digest == rope.policy_digests.front() &&
                      rope.genesis.policy.previous_digest == Hash32{});
    const std::string fault = chain_fault(files, rope);
    checks.expect(CheckId::policy_chain, fault.empty(), fault);

    bool same_origin =
        rope.checkpoint.origin == rope.genesis.origin && rope.log_key.name == rope.genesis.origin;
    for (const TrustPolicy& policy : rope.policies) {
        same_origin = same_origin && origin_of(policy) == rope.genesis.origin;
    }
    checks.expect(CheckId::origin, same_origin);
}

}  // namespace

Hash32 rope_digest(const BundleFiles& files, std::string_view note) {
    Bytes all;
    const auto add = [&all](std::string_view name, BytesView content) {
        append_be64(all, name.size());
        append(all, view_of(name));
        append_be64(all, content.size());
        append(all, content);
    };
    add("note", view_of(note));
    for (const std::string_view name : {"genesis.cbor", "keys.txt", "log.vkey", "policy.txt"}) {
        add(name, file(files, name));
    }
    for (auto it = files.lower_bound("policies/");
         it != files.end() && it->first.starts_with("policies/"); ++it) {
        add(it->first, it->second);
    }
    return crypto::sha256(all);
}

RopeFacts rope_facts_from(const BundleFiles& files, std::string_view note) {
    RopeFacts facts;
    RopeFiles rope;
    CheckList checks;
    if (read_rope_files(files, note, rope, checks)) {
        check_signatures(rope, checks);
        check_genesis_and_policies(files, rope, checks);
    }
    facts.ok = checks.all_ok();
    facts.checks = std::move(checks).take();
    facts.checkpoint = rope.checkpoint;
    facts.note_text = rope.note.text;
    facts.keys = rope.keys;
    facts.policy_digests = rope.policy_digests;
    for (const GenesisAccount& account : rope.genesis.accounts) {
        auto& kids = facts.genesis_keys[account.args.account_id()];
        for (const AccountKey& key : account.args.keys)
            kids.push_back(key.kid());
    }
    return facts;
}

}  // namespace ropenet::verify
