#include "verify/bundle_verifier.hpp"

#include <algorithm>
#include <utility>

#include "crypto/hash.hpp"
#include "crypto/verify.hpp"
#include "types/limits.hpp"
#include "types/outcome.hpp"
#include "types/receipt.hpp"
#include "types/record.hpp"
#include "types/tlog_proof.hpp"
#include "types/transaction.hpp"
#include "verify/check_list.hpp"
#include "verify/inclusion.hpp"
#include "verify/rope_facts.hpp"
#include "verify/state_proof.hpp"
#include "verify/timestamp_check.hpp"

namespace ropenet::verify {
namespace {

/// The files about one transaction; complete when every form check passed.
struct TxFiles {
    Transaction tx;
    Record record;
    TxRecord tx_record;
    Hash32 leaf{};
    Outcome outcome;
    TlogProof proof;
    Receipt receipt;
    std::optional<crypto::PublicKey> signer;
    std::optional<crypto::PublicKey> receipt_key;
};

const Bytes& file(const BundleFiles& files, std::string_view name) {
    const auto found = files.find(name);
    ROPE_CHECK(found != files.end());
    return found->second;
}

std::string cause_of(const BundleError& error) {
    switch (error.fault) {
        case BundleFault::missing:
            return error.path + " is missing";
        case BundleFault::unknown:
            return error.path + " does not belong";
        case BundleFault::oversize:
            return error.path + " is too large";
        case BundleFault::too_many:
            break;
    }
    return "too many files";
}

/// Pre: the proof is read already.
bool read_tx_files(const BundleFiles& files, VerifierCache& cache, TxFiles& out,
                   CheckList& checks) {
    auto tx = decode_transaction(file(files, "tx.cose"));
    bool ok = checks.expect(CheckId::tx_form, tx.has_value(),
                            tx ? std::string_view{} : name_of(tx.error()));
    if (tx) out.tx = *std::move(tx);

    const Bytes& record_bytes = file(files, "record.cbor");
    out.leaf = leaf_hash(record_bytes);
    auto record = decode_record(record_bytes);
    const TxRecord* tx_record = record ? std::get_if<TxRecord>(&record->body) : nullptr;
    if (tx_record != nullptr) out.tx_record = *tx_record;
    ok = checks.expect(CheckId::record_form, tx_record != nullptr) && ok;
    if (record) out.record = *std::move(record);

    auto outcome = decode_outcome(file(files, "outcome.cbor"));
    ok = checks.expect(CheckId::outcome_form, outcome.has_value()) && ok;
    if (outcome) out.outcome = *std::move(outcome);

    auto receipt = decode_receipt(file(files, "receipt.cose"));
    ok = checks.expect(CheckId::receipt_form, receipt.has_value()) && ok;
    if (receipt) out.receipt = *std::move(receipt);

    out.signer = cache.key_from_pem(file(files, "signer.pem"));
    ok = checks.expect(CheckId::signer_key_form, out.signer.has_value()) && ok;
    out.receipt_key = cache.key_from_pem(file(files, "receipt-key.pem"));
    const bool is_es256 = out.receipt_key && out.receipt_key->alg() == crypto::Alg::es256;
    return checks.expect(CheckId::receipt_key_form, is_es256) && ok;
}

/// Pre: every form check passed, so that there is a signer.
void check_tx(const TxFiles& t, bool signature_verifies, CheckList& checks) {
    checks.expect(CheckId::tx_signer, t.tx.kid == t.signer->kid() && t.tx.alg == t.signer->alg());
    checks.expect(CheckId::tx_signature, signature_verifies);
    checks.expect(CheckId::tx_record, t.tx_record.tx_id == t.tx.tx_id);
    checks.expect(CheckId::tx_time, t.record.time_ms <= t.tx.expires_at_ms &&
                                        t.tx.expires_at_ms - t.record.time_ms <= kTxLifetimeMsMax);
}

void check_record(const BundleFiles& files, const TxFiles& t, const RopeFacts& rope,
                  CheckList& checks) {
    checks.expect(CheckId::tx_origin, t.tx.origin == rope.checkpoint.origin &&
                                          t.record.origin == rope.checkpoint.origin);
    checks.expect(CheckId::outcome,
                  t.tx_record.outcome_digest == crypto::sha256(file(files, "outcome.cbor")) &&
                      t.tx_record.code == static_cast<std::uint8_t>(t.outcome.code));
    const auto root = root_from_path(t.proof.index, rope.checkpoint.size, t.leaf, t.proof.path);
    checks.expect(CheckId::inclusion,
                  t.proof.index == t.record.index && root == rope.checkpoint.root);
    checks.expect(CheckId::checkpoint_text,
                  text_of(file(files, "checkpoint.txt")) == rope.note_text);
}

void check_receipt(const TxFiles& t, const RopeFacts& rope, CheckList& checks) {
    if (!t.receipt_key) return;  // a form check has failed
    const auto& listed = rope.keys.receipt;
    checks.expect(CheckId::receipt_key_listed,
                  std::find(listed.begin(), listed.end(), t.receipt_key->kid()) != listed.end());
    checks.expect(CheckId::receipt_claims, t.receipt.kid == t.receipt_key->kid() &&
                                               t.receipt.origin == rope.checkpoint.origin &&
                                               t.receipt.tx_id == t.tx.tx_id);
    // RFC 9942 signs neither tree_size nor leaf_index: here they must be those of proof.tlog.
    checks.expect(CheckId::receipt_tree, t.receipt.tree_size == rope.checkpoint.size &&
                                             t.receipt.leaf_index == t.proof.index &&
                                             t.receipt.path == t.proof.path);
    checks.expect(CheckId::receipt_signature,
                  crypto::verify(*t.receipt_key, receipt_message(t.receipt, rope.checkpoint.root),
                                 t.receipt.signature)
                      .has_value());
}

/// Empty if the block record is a later one of the same log; otherwise the reason.
std::string_view state_block_fault(const BundleFiles& files, const TxFiles& t,
                                   const RopeFacts& rope) {
    const Bytes& leaf = file(files, "state/block-record.cbor");
    const auto record = decode_record(leaf);
    if (!record || !std::holds_alternative<BlockRecord>(record->body)) return "not a block record";
    const auto proof = proof_from_text(text_of(file(files, "state/block-proof.tlog")));
    if (!proof) return "not a tlog-proof";
    if (proof->note != t.proof.note) return "another checkpoint";
    const auto root =
        root_from_path(proof->index, rope.checkpoint.size, leaf_hash(leaf), proof->path);
    if (proof->index != record->index || root != rope.checkpoint.root) return "not in the log";
    if (record->origin != rope.checkpoint.origin) return "another origin";
    if (record->index <= t.record.index) return "a block before the transaction's";
    return {};
}

std::string_view cause_of(StateProofError error) {
    switch (error) {
        case StateProofError::malformed:
            return "the proof is malformed";
        case StateProofError::spec:
            return "the proof is of another kind of tree";
        case StateProofError::kind:
            return "presence is proved where absence is claimed, or the reverse";
        case StateProofError::key:
            return "another key";
        case StateProofError::value:
            return "another value";
        case StateProofError::position:
            return "a path to another place";
        case StateProofError::neighbours:
            return "not the nearest neighbours";
        case StateProofError::root:
            break;
    }
    return "another state root";
}

void check_state(const BundleFiles& files, const TxFiles& t, const RopeFacts& rope,
                 CheckList& checks) {
    if (!files.contains("state/key.bin")) return;
    const std::string_view fault = state_block_fault(files, t, rope);
    if (!checks.expect(CheckId::state_block, fault.empty(), fault)) return;
    const auto record = decode_record(file(files, "state/block-record.cbor"));
    const auto* block = record ? std::get_if<BlockRecord>(&record->body) : nullptr;
    if (block == nullptr) return;  // excluded by the check above

    StateClaim claim{.key = file(files, "state/key.bin"), .value = std::nullopt};
    const auto value = files.find("state/value.bin");
    if (value != files.end()) claim.value = BytesView{value->second};
    const auto proved =
        verify_state_proof(file(files, "state/proof.ics23"), claim, block->state_root);
    checks.expect(CheckId::state_proof, proved.has_value(),
                  proved ? std::string_view{} : cause_of(proved.error()));
}

/// Says what is known of the signer. The rope checked account and key when it recorded the
/// transaction; a bundle proves it again only for accounts that stand in genesis.
void note_account(const TxFiles& t, const RopeFacts& rope, CheckList& checks) {
    const std::string account = t.tx.account.text();
    const auto found = rope.genesis_keys.find(t.tx.account);
    const bool in_genesis =
        found != rope.genesis_keys.end() &&
        std::find(found->second.begin(), found->second.end(), t.tx.kid) != found->second.end();
    if (in_genesis) {
        checks.note(CheckId::signer_account, "the genesis gives this key to account " + account,
                    "创世文件将该密钥授予账户 " + account);
    } else {
        checks.note(CheckId::signer_account,
                    "the rope recorded the transaction as one of account " + account +
                        "; that the account holds the key is the rope's word, not proved here",
                    "账绳将该交易记录为账户 " + account +
                        " 的交易；账户持有该密钥一事由账绳认定，本证据包未另行证明");
    }
}

bool follows_from(const RopeFacts& rope, const TrustedPolicy& trust) {
    const Hash32 digest = crypto::sha256(view_of(trust.text));
    const auto& all = rope.policy_digests;
    return std::find(all.begin(), all.end(), digest) != all.end();
}

Verdict conclude(CheckList checks, VerdictKind kind, TimestampVerdict timestamp = {}) {
    return {.kind = kind, .checks = std::move(checks).take(), .timestamp = std::move(timestamp)};
}

std::shared_ptr<const RopeFacts> rope_of(const BundleFiles& files, std::string_view note,
                                         VerifierCache& cache) {
    const Hash32 digest = rope_digest(files, note);
    if (auto known = cache.find_rope(digest)) return known;
    auto facts = std::make_shared<const RopeFacts>(rope_facts_from(files, note));
    cache.put_rope(digest, facts);
    return facts;
}

/// A bundle whose files are read and whose signature by the account is still to be checked.
struct Draft {
    CheckList checks;
    TxFiles tx;
    std::shared_ptr<const RopeFacts> rope;
    bool complete = false;  // every form check passed, and all that is said of the rope
    bool signature_verifies = false;
};

Draft read_bundle(const BundleFiles& files, VerifierCache& cache) {
    Draft draft;
    const auto names = check_bundle_names(files);
    if (!draft.checks.expect(CheckId::files, names.has_value(),
                             names ? std::string{} : cause_of(names.error()))) {
        return draft;
    }
    draft.checks.expect(CheckId::readme, is_bundle_readme(file(files, "README.txt")));

    auto proof = proof_from_text(text_of(file(files, "proof.tlog")));
    if (!proof) {
        draft.checks.expect(CheckId::proof_form, false);
        return draft;
    }
    draft.tx.proof = *std::move(proof);
    draft.rope = rope_of(files, draft.tx.proof.note, cache);
    draft.checks.append(draft.rope->checks);
    const bool read = read_tx_files(files, cache, draft.tx, draft.checks);
    draft.complete = read && draft.rope->ok;
    return draft;
}

void check_signatures(std::vector<Draft>& drafts, const crypto::Ed25519Table& ed25519) {
    std::vector<crypto::VerifyItem> items;
    std::vector<Draft*> signed_by;
    for (Draft& draft : drafts) {
        if (!draft.complete) continue;
        items.push_back({.key = &*draft.tx.signer,
                         .message = draft.tx.tx.sig_structure,
                         .signature = draft.tx.tx.signature});
        signed_by.push_back(&draft);
    }
    const auto verdicts = crypto::verify_batch(items, ed25519);
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        signed_by[i]->signature_verifies = verdicts[i] == 1;
}

/// Everything but the timestamp. Pre: complete.
void check_all(const BundleFiles& files, Draft& draft) {
    const RopeFacts& rope = *draft.rope;
    check_tx(draft.tx, draft.signature_verifies, draft.checks);
    check_record(files, draft.tx, rope, draft.checks);
    check_receipt(draft.tx, rope, draft.checks);
    check_state(files, draft.tx, rope, draft.checks);
    note_account(draft.tx, rope, draft.checks);
}

/// After all other checks.
VerdictKind judge(Draft& draft, const std::optional<TrustedPolicy>& trust) {
    if (!draft.checks.all_ok()) return VerdictKind::invalid;
    if (!trust) {
        draft.checks.skip(CheckId::trusted_policy, "not checked: no trusted policy was given",
                          "未检验：未提供受信任的策略");
        return VerdictKind::consistent;
    }
    const bool trusted = follows_from(*draft.rope, *trust);
    draft.checks.expect(CheckId::trusted_policy, trusted);
    return trusted ? VerdictKind::valid : VerdictKind::consistent;
}

}  // namespace

std::shared_ptr<const RopeFacts> VerifierCache::find_rope(const Hash32& digest) const {
    const auto found = ropes_.find(digest);
    return found == ropes_.end() ? nullptr : found->second;
}

void VerifierCache::put_rope(const Hash32& digest, std::shared_ptr<const RopeFacts> facts) {
    if (ropes_.size() >= kRopesMax) ropes_.clear();
    ropes_.insert_or_assign(digest, std::move(facts));
}

std::optional<crypto::PublicKey> VerifierCache::key_from_pem(const Bytes& pem) {
    if (const auto known = keys_.find(pem); known != keys_.end()) return known->second;
    const auto spki = crypto::spki_from_pem(text_of(pem));
    if (!spki) return std::nullopt;
    const auto key = crypto::public_key_from_spki(*spki);
    if (!key) return std::nullopt;
    if (keys_.size() >= kKeysMax) keys_.clear();
    keys_.emplace(pem, *key);
    return *key;
}

Expected<crypto::TimestampFacts, crypto::TimestampError> VerifierCache::timestamp(
    const TimestampQuestion& question) {
    const Hash32 imprint = crypto::sha256(question.text);
    const Hash32 digest = crypto::sha256(
        {imprint, crypto::sha256(question.reply), crypto::sha256(view_of(question.ca))});
    const auto known = timestamps_.find(digest);
    if (known != timestamps_.end()) return known->second;
    if (timestamps_.size() >= kTimestampsMax) timestamps_.clear();
    auto found = crypto::verify_timestamp(question.reply, imprint, question.ca);
    timestamps_.emplace(digest, found);
    return found;
}

std::vector<Verdict> verify_bundles(std::span<const BundleFiles> bundles,
                                    const std::optional<TrustedPolicy>& trust, VerifierCache& cache,
                                    const std::optional<TrustedTsa>& tsa) {
    std::vector<Draft> drafts;
    drafts.reserve(bundles.size());
    for (const BundleFiles& files : bundles)
        drafts.push_back(read_bundle(files, cache));
    check_signatures(drafts, cache.ed25519());
    std::vector<Verdict> out;
    out.reserve(bundles.size());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        Draft& draft = drafts[i];
        if (!draft.complete) {
            out.push_back(conclude(std::move(draft.checks), VerdictKind::invalid));
            continue;
        }
        check_all(bundles[i], draft);
        auto timestamp = check_timestamp(bundles[i], draft.rope->keys, tsa, cache, draft.checks);
        const VerdictKind kind = judge(draft, trust);
        out.push_back(conclude(std::move(draft.checks), kind, std::move(timestamp)));
    }
    return out;
}

Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust,
                      VerifierCache& cache, const std::optional<TrustedTsa>& tsa) {
    return std::move(verify_bundles({&files, 1}, trust, cache, tsa).front());
}

Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust) {
    VerifierCache cache;
    return verify_bundle(files, trust, cache);
}

}  // namespace ropenet::verify
