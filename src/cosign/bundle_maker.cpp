#include "cosign/bundle_maker.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "crypto/public_key.hpp"
#include "system/accounts.hpp"
#include "types/outcome.hpp"
#include "types/record.hpp"
#include "types/tlog_proof.hpp"

namespace ropenet::cosign {
namespace {

Unexpected<Error> damaged(std::string what) {
    return fail(ErrorCode::corrupt, "evidence cannot be made: " + std::move(what));
}

}  // namespace

/// One bundle, all of it under one checkpoint.
struct BundleMaker::Draft {
    SignedCheckpointPtr under;
    BundleFiles files;

    std::uint64_t size() const { return under->checkpoint.size; }
    void put(std::string_view name, BytesView content) {
        files.emplace(std::string{name}, to_bytes(content));
    }
};

Result<Expected<BundleFiles, NotMade>> BundleMaker::make(const BundleRequest& request) const {
    using Made = Expected<BundleFiles, NotMade>;
    ROPE_TRY(const auto at, reader_.find_tx(request.tx_id));
    if (!at) return Made{Unexpected{NotMade::unknown_tx}};
    Draft draft{.under = cosigner_.newest(), .files = {}};
    if (at->index >= draft.size()) {
        cosigner_.demand(at->index);
        return Made{Unexpected{NotMade::not_covered}};
    }
    ROPE_TRY(const auto entry, reader_.tx_at(at->index));
    if (!entry) return damaged("the tx of record " + std::to_string(at->index) + " is missing");
    ROPE_DO(add_tx(draft, *entry));
    ROPE_DO(add_receipt(draft, *entry));
    ROPE_DO(add_trust(draft));
    if (request.timestamp) add_timestamp(draft);
    if (request.state_key) {
        ROPE_TRY(const bool added, add_state(draft, *request.state_key));
        if (!added) {
            cosigner_.demand(reader_.latest()->log_size() - 1);
            return Made{Unexpected{NotMade::not_covered}};
        }
    }
    return Made{std::move(draft.files)};
}

Result<void> BundleMaker::add_tx(Draft& draft, const ledger::TxEntry& entry) const {
    ROPE_TRY(const Bytes leaf, record(entry.at.index));
    ROPE_TRY(const auto account, system::find_account(*reader_.latest(), entry.tx.account));
    const AccountKey* key = account ? account->find_key(entry.tx.kid) : nullptr;
    if (key == nullptr) return damaged("the key of " + entry.tx.account.text() + " is missing");
    draft.put("tx.cose", entry.tx.encoded);
    draft.put("record.cbor", leaf);
    draft.put("outcome.cbor", encode_outcome(entry.outcome));
    draft.put("signer.pem", view_of(crypto::pem_from_spki(key->spki)));
    return add_proof(draft, "proof.tlog", entry.at.index);
}

Result<void> BundleMaker::add_receipt(Draft& draft, const ledger::TxEntry& entry) const {
    Receipt unsigned_receipt{.kid = {},
                             .origin = reader_.origin(),
                             .tx_id = entry.tx.tx_id,
                             .tree_size = draft.size(),
                             .leaf_index = entry.at.index,
                             .path = {},
                             .signature = {}};
    ROPE_TRY(unsigned_receipt.path, reader_.inclusion(entry.at.index, draft.size()));
    ROPE_TRY(const Receipt receipt,
             cosigner_.sign_receipt(std::move(unsigned_receipt), draft.under->checkpoint.root));
    draft.put("receipt.cose", encode_receipt(receipt));
    draft.put("receipt-key.pem", view_of(crypto::pem_from_spki(cosigner_.receipt_key().spki())));
    return {};
}

Result<void> BundleMaker::add_trust(Draft& draft) const {
    const Trust& trust = cosigner_.trust();
    ROPE_TRY(const Bytes first_leaf, record(0));
    draft.put("README.txt", view_of(bundle_readme()));
    draft.put("checkpoint.txt", view_of(draft.under->text));
    draft.put("policy.txt", view_of(trust.texts.policy));
    draft.put("keys.txt", view_of(trust.texts.keys));
    draft.put("log.vkey", view_of(vkey_from_key(trust.log) + "\n"));
    draft.put("genesis.cbor", reader_.genesis_bytes());
    draft.put("policies/0.cbor", first_leaf);
    return add_proof(draft, "policies/0.tlog", 0);
}

void BundleMaker::add_timestamp(Draft& draft) const {
    if (!stamp_) return;
    const auto put = [&draft](const CheckpointToken& token) {
        draft.put("timestamp.tsr", token.reply);
        draft.put("tsa-ca.pem", view_of(token.ca_pem));
    };
    {
        const MutexLock lock{mutex_};
        if (stamped_.text == draft.under->text) return put(stamped_.token);
    }
    auto token = stamp_(draft.under->text);
    if (!token) return;
    put(*token);
    const MutexLock lock{mutex_};
    stamped_ = {.text = draft.under->text, .token = *std::move(token)};
}

/// False when the state that the checkpoint's last block left can no longer be read.
Result<bool> BundleMaker::add_state(Draft& draft, const Bytes& full_key) const {
    const std::uint64_t index = draft.size() - 1;  // checkpoints end with a block's record
    ROPE_TRY(const Bytes block_record, record(index));
    const auto block = decode_record(block_record);
    if (!block) return damaged("record " + std::to_string(index) + " does not decode");
    ledger::ReadViewPtr view = reader_.latest();
    if (view->log_size() != draft.size()) {
        ROPE_TRY(const auto past, reader_.at(block->height));
        if (!past) return false;
        view = *past;
    }
    ROPE_TRY(const auto value, view->find(full_key));
    ROPE_TRY(const auto proof, view->prove(full_key));
    if (!proof) return false;
    draft.put("state/key.bin", full_key);
    if (value) draft.put("state/value.bin", *value);
    draft.put("state/proof.ics23", *proof);
    draft.put("state/block-record.cbor", block_record);
    ROPE_DO(add_proof(draft, "state/block-proof.tlog", index));
    return true;
}

Result<void> BundleMaker::add_proof(Draft& draft, const std::string& name,
                                    std::uint64_t index) const {
    TlogProof proof{.index = index, .path = {}, .note = draft.under->note};
    ROPE_TRY(proof.path, reader_.inclusion(index, draft.size()));
    draft.put(name, view_of(text_from_proof(proof)));
    return {};
}

Result<Bytes> BundleMaker::record(std::uint64_t index) const {
    ROPE_TRY(auto bytes, reader_.record_at(index));
    if (!bytes) return damaged("record " + std::to_string(index) + " is missing");
    return *std::move(bytes);
}

}  // namespace ropenet::cosign
