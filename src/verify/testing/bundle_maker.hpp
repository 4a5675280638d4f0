// Makes a valid evidence bundle of a small rope with fixed keys, for tests that then break it.
//
// The log: 0 genesis, 1 tx, 2 block, [3 policy, 4 block,] the tx of the bundle, its block, two more
// transactions and their block. Proofs come from `merkle`, so each side checks the other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/public_key.hpp"
#include "keys/signer.hpp"
#include "merkle/testing/memory_hashes.hpp"
#include "types/bundle.hpp"
#include "types/genesis.hpp"
#include "types/note.hpp"
#include "types/outcome.hpp"
#include "types/receipt.hpp"
#include "types/record.hpp"
#include "types/transaction.hpp"
#include "types/trust_policy.hpp"

namespace ropenet::verify::testing {

enum class StateKind : std::uint8_t { none, present, absent };

/// Private keys by purpose. `base` moves all of them: another base is another owner.
struct MakerKeys {
    explicit MakerKeys(std::uint8_t base, crypto::Alg signer_alg);

    std::unique_ptr<keys::Signer> log;
    std::vector<std::unique_ptr<keys::Signer>> witnesses;  // five; the fifth joins by a new policy
    std::unique_ptr<keys::Signer> receipt;
    std::unique_ptr<keys::Signer> next_receipt;
    std::unique_ptr<keys::Signer> signer;
};

class BundleMaker {
  public:
    // What to make. Set before make().
    std::string origin = "dev.test/register";
    std::uint8_t key_base = 0;
    crypto::Alg signer_alg = crypto::Alg::ed25519;
    StateKind state = StateKind::none;
    bool with_policy_change = false;
    std::size_t cosignature_count = 3;
    std::vector<Hash32> tsa;  // certificates that keys.txt lists
    Outcome outcome{
        .code = OutcomeCode::applied, .rule = {}, .gas_used = 7, .events = {}, .output = {}};

    // Faults that are signed and proved as if they were right.
    std::function<void(Record&)> edit_record;
    std::function<void(Record&)> edit_genesis_record;
    std::function<void(Genesis&)> edit_genesis;
    std::function<void(Receipt&)> edit_receipt;
    std::function<void(TxDraft&)> edit_draft;
    std::function<void(Record&)> edit_policy_record;
    std::function<void(TrustPolicy&)> edit_policy;

    BundleFiles make();

    /// policy.txt of the made bundle's first policy.
    std::string first_policy() const { return policies_.front(); }
    std::string last_policy() const { return policies_.back(); }
    /// The leaves of the log, and its signed checkpoint.
    const std::vector<Bytes>& leaves() const { return leaves_; }
    std::string signed_checkpoint() const { return sign_checkpoint(leaves_.size(), policy_); }

  private:
    void make_policies();
    void make_genesis();
    void make_tx();
    void make_state();
    void make_log();
    void make_receipt();
    void make_policy_files();
    void make_state_files();

    void add_leaf(const Record& record);
    Record record_of(std::variant<TxRecord, BlockRecord, DueRecord, PolicyRecord> body) const;
    void add_other_tx(std::uint8_t number);
    void close_block();
    TrustPolicy policy_of(std::size_t witness_count) const;
    std::string sign_checkpoint(std::uint64_t size, const TrustPolicy& policy) const;
    std::vector<Hash32> path_of(std::uint64_t index, std::uint64_t size) const;
    Hash32 root_of(std::uint64_t size) const;
    void put(std::string_view name, BytesView content);
    void put_proof(std::string_view name, std::uint64_t index);

    std::unique_ptr<MakerKeys> keys_;
    BundleFiles files_;
    std::vector<std::string> policies_;
    std::string keys_text_;
    TrustPolicy policy_;        // the last
    TrustPolicy first_policy_;  // the same without a change
    RegisterArgs account_;
    Genesis genesis_;
    Bytes genesis_bytes_;
    Transaction tx_;
    Hash32 state_root_{};
    Bytes state_proof_;
    merkle::testing::MemoryHashes hashes_;
    std::vector<Bytes> leaves_;
    std::uint64_t height_ = 0;
    std::uint64_t records_in_block_ = 0;
    std::uint64_t tx_index_ = 0;
    std::uint64_t block_index_ = 0;
    std::string note_;
    std::string handover_;
    std::uint64_t policy_index_ = 0;
    std::uint64_t handover_size_ = 0;
};

}  // namespace ropenet::verify::testing
