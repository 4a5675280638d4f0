#include "verify/testing/bundle_maker.hpp"

#include <utility>

#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "crypto/hash.hpp"
#include "keys/testing/fixed_signer.hpp"
#include "merkle/ics23.hpp"
#include "merkle/log_tree.hpp"
#include "merkle/state_tree.hpp"
#include "merkle/testing/memory_leaves.hpp"
#include "types/checkpoint.hpp"
#include "types/cosignature.hpp"
#include "types/tlog_proof.hpp"

namespace ropenet::verify::testing {
namespace {

constexpr std::int64_t kGenesisMs = 1'700'000'000'000;
constexpr std::uint64_t kCosignedAt = 1'700'000'100;
constexpr std::size_t kWitnesses = 4;

std::unique_ptr<keys::Signer> key(crypto::Alg alg, std::uint8_t base, std::uint8_t number) {
    return keys::testing::fixed_signer(alg, static_cast<std::uint8_t>(base + number));
}

NoteKey note_key(const keys::Signer& signer, std::string name, NoteKeyType type) {
    const auto point = signer.public_key().ed25519_point();
    ROPE_CHECK(point.has_value());
    return {.name = std::move(name), .type = type, .key = *point};
}

Bytes sign(const keys::Signer& signer, BytesView message) {
    auto signature = signer.sign(message);
    ROPE_CHECK(signature.has_value());
    return *std::move(signature);
}

Bytes full_key(std::string_view name) {
    Bytes out = to_bytes("system.evidence");
    out.push_back(0);
    append(out, view_of(name));
    return out;
}

template <typename T>
void apply_edit(const std::function<void(T&)>& edit, T& value) {
    if (edit) edit(value);
}

}  // namespace

MakerKeys::MakerKeys(std::uint8_t base, crypto::Alg signer_alg) {
    log = key(crypto::Alg::ed25519, base, 1);
    for (std::uint8_t i = 0; i <= kWitnesses; ++i) {
        witnesses.push_back(key(crypto::Alg::ed25519, base, static_cast<std::uint8_t>(2 + i)));
    }
    receipt = key(crypto::Alg::es256, base, 10);
    next_receipt = key(crypto::Alg::es256, base, 11);
    signer = key(signer_alg, base, 12);
}

BundleFiles BundleMaker::make() {
    keys_ = std::make_unique<MakerKeys>(key_base, signer_alg);
    files_.clear();
    policies_.clear();
    leaves_.clear();
    hashes_ = {};
    height_ = 0;
    records_in_block_ = 0;

    make_policies();
    make_genesis();
    make_tx();
    make_state();
    make_log();
    make_receipt();
    make_policy_files();
    make_state_files();
    return files_;
}

void BundleMaker::put(std::string_view name, BytesView content) {
    files_.insert_or_assign(std::string{name}, to_bytes(content));
}

TrustPolicy BundleMaker::policy_of(std::size_t witness_count) const {
    TrustPolicy policy;
    policy.logs.push_back(note_key(*keys_->log, origin, NoteKeyType::ed25519));
    for (std::size_t i = 0; i < witness_count; ++i) {
        const std::string name = "w" + std::to_string(i + 1);
        policy.witnesses.push_back({.name = name,
                                    .key = note_key(*keys_->witnesses[i], "dev.test/" + name,
                                                    NoteKeyType::cosignature_v1)});
    }
    return policy;
}

void BundleMaker::make_policies() {
    first_policy_ = policy_of(kWitnesses);
    apply_edit(edit_policy, first_policy_);
    policy_ = with_policy_change ? policy_of(kWitnesses + 1) : first_policy_;
    policies_.push_back(text_from_policy(first_policy_));
    if (with_policy_change) policies_.push_back(text_from_policy(policy_));
    const keys::Signer& receipt = with_policy_change ? *keys_->next_receipt : *keys_->receipt;
    keys_text_ = text_from_keys({.receipt = {receipt.public_key().kid()}, .tsa = tsa});
}

void BundleMaker::make_genesis() {
    const crypto::PublicKey& signer = keys_->signer->public_key();
    account_ = {.kind = AccountKind::organisation,
                .name = "Recorder (demo)",
                .keys = {{.alg = signer.alg(), .spki = to_bytes(signer.spki())}},
                .organisation = std::nullopt,
                .place = std::nullopt,
                .identity_commitment = crypto::sha256(view_of("commitment"))};
    genesis_ = {};
    genesis_.origin = origin;
    genesis_.time_ms = kGenesisMs;
    genesis_.accounts.push_back({.args = account_, .roles = {}});
    for (const PolicyWitness& witness : first_policy_.witnesses) {
        genesis_.validators.push_back({.name = witness.name,
                                       .log_vkey = vkey_from_key(first_policy_.logs.front()),
                                       .cosigner_vkey = vkey_from_key(witness.key)});
    }
    genesis_.demo = true;
    const std::string first_keys =
        text_from_keys({.receipt = {keys_->receipt->public_key().kid()}, .tsa = tsa});
    genesis_.policy = {.policy_digest = crypto::sha256(view_of(policies_.front())),
                       .previous_digest = {},
                       .keys_digest = crypto::sha256(view_of(first_keys))};
    apply_edit(edit_genesis, genesis_);
    genesis_bytes_ = encode_genesis(genesis_);
}

void BundleMaker::make_tx() {
    TxDraft draft{.origin = origin,
                  .account = account_.account_id(),
                  .nonce = {},
                  .expires_at_ms = kGenesisMs + 200'000,
                  .contract = "system.evidence",
                  .action = "deposit",
                  .args = {0xA0}};
    apply_edit(edit_draft, draft);
    const crypto::PublicKey& key = keys_->signer->public_key();
    cose::Sign1 message;
    message.protected_bytes = encode_tx_protected(draft, key.alg(), key.kid());
    message.payload = encode_tx_payload(draft);
    message.signature =
        sign(*keys_->signer, cose::sig_structure(message.protected_bytes, *message.payload));
    put("tx.cose", cose::encode_sign1(message));
    const auto tx = decode_transaction(files_["tx.cose"]);
    ROPE_CHECK(tx.has_value());
    tx_ = *tx;
    put("outcome.cbor", encode_outcome(outcome));
}

void BundleMaker::make_state() {
    std::vector<merkle::TreeChange> changes;
    for (int i = 0; i < 40; ++i) {
        const std::string name = "entry " + std::to_string(i);
        changes.push_back({.key = crypto::sha256(full_key(name)),
                           .value = crypto::sha256(view_of("value of " + name))});
    }
    std::ranges::sort(changes, {}, &merkle::TreeChange::key);
    merkle::testing::MemoryLeaves leaves;
    const auto update = merkle::StateTree{}.updated(leaves, 1, changes);
    ROPE_CHECK(update.has_value());
    leaves.apply(*update);
    state_root_ = update->root();
    const Bytes wanted = full_key(state == StateKind::absent ? "no entry" : "entry 17");
    auto proof = merkle::prove(update->tree, leaves, crypto::sha256(wanted));
    ROPE_CHECK(proof.has_value());
    state_proof_ = *std::move(proof);
}

void BundleMaker::add_leaf(const Record& record) {
    leaves_.push_back(encode_record(record));
    hashes_.append(merkle::leaf_hash(leaves_.back()));
    ++records_in_block_;
}

Record BundleMaker::record_of(
    std::variant<TxRecord, BlockRecord, DueRecord, PolicyRecord> body) const {
    return {.origin = origin,
            .height = height_,
            .index = leaves_.size(),
            .time_ms = kGenesisMs + static_cast<std::int64_t>(height_) * 1000,
            .body = std::move(body)};
}

void BundleMaker::add_other_tx(std::uint8_t number) {
    add_leaf(record_of(TxRecord{.tx_id = crypto::sha256(Bytes{number}),
                                .code = 0,
                                .outcome_digest = crypto::sha256(Bytes{number, number})}));
}

void BundleMaker::close_block() {
    add_leaf(record_of(BlockRecord{.state_root = state_root_,
                                   .record_count = records_in_block_,
                                   .genesis_digest = std::nullopt,
                                   .sm3_root = std::nullopt}));
    records_in_block_ = 0;
    ++height_;
}

void BundleMaker::make_log() {
    Record first = record_of(BlockRecord{.state_root = state_root_,
                                         .record_count = 0,
                                         .genesis_digest = crypto::sha256(genesis_bytes_),
                                         .sm3_root = std::nullopt});
    apply_edit(edit_genesis_record, first);
    add_leaf(first);
    records_in_block_ = 0;
    ++height_;
    add_other_tx(1);
    close_block();
    if (with_policy_change) {
        policy_index_ = leaves_.size();
        Record change =
            record_of(PolicyRecord{.policy_digest = crypto::sha256(view_of(policies_[1])),
                                   .previous_digest = crypto::sha256(view_of(policies_[0])),
                                   .keys_digest = crypto::sha256(view_of(keys_text_))});
        apply_edit(edit_policy_record, change);
        add_leaf(change);
        close_block();
        handover_size_ = leaves_.size();
        handover_ = sign_checkpoint(handover_size_, first_policy_);
    }
    tx_index_ = leaves_.size();
    Record record = record_of(TxRecord{.tx_id = tx_.tx_id,
                                       .code = static_cast<std::uint8_t>(outcome.code),
                                       .outcome_digest = outcome_digest(outcome)});
    apply_edit(edit_record, record);
    add_leaf(record);
    close_block();
    add_other_tx(2);
    add_other_tx(3);
    block_index_ = leaves_.size();
    close_block();

    note_ = sign_checkpoint(leaves_.size(), policy_);
    put("record.cbor", leaves_[tx_index_]);
    put_proof("proof.tlog", tx_index_);
    put("checkpoint.txt", view_of(note_.substr(0, note_.find("\n\n") + 1)));
}

Hash32 BundleMaker::root_of(std::uint64_t size) const {
    const auto root = merkle::root_at(hashes_, size);
    ROPE_CHECK(root.has_value());
    return *root;
}

std::vector<Hash32> BundleMaker::path_of(std::uint64_t index, std::uint64_t size) const {
    auto path = merkle::inclusion_proof(hashes_, index, size);
    ROPE_CHECK(path.has_value());
    return *std::move(path);
}

std::string BundleMaker::sign_checkpoint(std::uint64_t size, const TrustPolicy& policy) const {
    Note note;
    note.text = text_from_checkpoint({.origin = origin, .size = size, .root = root_of(size)});
    note.signatures.push_back(
        make_note_signature(policy.logs.front(), sign(*keys_->log, log_signed_message(note.text))));
    for (std::size_t i = 0; i < cosignature_count; ++i) {
        Cosignature cosignature{.time_s = kCosignedAt, .signature = {}};
        const Bytes signature =
            sign(*keys_->witnesses[i], cosignature_message(note.text, kCosignedAt));
        std::ranges::copy(signature, cosignature.signature.begin());
        note.signatures.push_back(
            make_note_signature(policy.witnesses[i].key, encode_cosignature(cosignature)));
    }
    return text_from_note(note);
}

void BundleMaker::put_proof(std::string_view name, std::uint64_t index) {
    put(name, view_of(text_from_proof(
                  {.index = index, .path = path_of(index, leaves_.size()), .note = note_})));
}

void BundleMaker::make_receipt() {
    const keys::Signer& signer = with_policy_change ? *keys_->next_receipt : *keys_->receipt;
    Receipt receipt{.kid = signer.public_key().kid(),
                    .origin = origin,
                    .tx_id = tx_.tx_id,
                    .tree_size = leaves_.size(),
                    .leaf_index = tx_index_,
                    .path = path_of(tx_index_, leaves_.size()),
                    .signature = {}};
    apply_edit(edit_receipt, receipt);
    const Bytes signature = sign(signer, receipt_message(receipt, root_of(leaves_.size())));
    std::ranges::copy(signature, receipt.signature.begin());
    put("receipt.cose", encode_receipt(receipt));
    put("receipt-key.pem", view_of(crypto::pem_from_spki(signer.public_key().spki())));
    put("signer.pem", view_of(crypto::pem_from_spki(keys_->signer->public_key().spki())));
    put("README.txt", view_of(bundle_readme()));
}

void BundleMaker::make_policy_files() {
    put("genesis.cbor", genesis_bytes_);
    put("policy.txt", view_of(policies_.back()));
    put("keys.txt", view_of(keys_text_));
    put("log.vkey", view_of(vkey_from_key(policy_.logs.front()) + "\n"));
    put("policies/0.cbor", leaves_[0]);
    put_proof("policies/0.tlog", 0);
    if (!with_policy_change) return;
    put("policies/0.txt", view_of(policies_[0]));
    put("policies/1.cbor", leaves_[policy_index_]);
    put("policies/1.tlog", view_of(text_from_proof({.index = policy_index_,
                                                    .path = path_of(policy_index_, handover_size_),
                                                    .note = handover_})));
}

void BundleMaker::make_state_files() {
    if (state == StateKind::none) return;
    const bool present = state == StateKind::present;
    put("state/key.bin", full_key(present ? "entry 17" : "no entry"));
    if (present) put("state/value.bin", view_of("value of entry 17"));
    put("state/proof.ics23", state_proof_);
    put("state/block-record.cbor", leaves_[block_index_]);
    put_proof("state/block-proof.tlog", block_index_);
}

}  // namespace ropenet::verify::testing
