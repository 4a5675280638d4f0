// The checks of a verifier by number, with their stable names and their words in two languages.
//
// Inside this module. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verify/verdict.hpp"

namespace ropenet::verify {

enum class CheckId : std::uint8_t {
    files,
    readme,
    proof_form,
    policy_form,
    keys_form,
    genesis_form,
    log_key_form,
    log_key_listed,
    log_signature,
    cosignatures,
    genesis_leaf,
    first_policy,
    policy_chain,
    origin,
    tx_form,
    record_form,
    outcome_form,
    receipt_form,
    signer_key_form,
    receipt_key_form,
    checkpoint_text,
    tx_signer,
    tx_signature,
    tx_record,
    tx_origin,
    tx_time,
    outcome,
    inclusion,
    receipt_key_listed,
    receipt_claims,
    receipt_tree,
    receipt_signature,
    state_block,
    state_proof,
    timestamp,
    signer_account,
    trusted_policy,
    log_checkpoint,
    log_policy,
    log_entries,
    log_tiles,
    log_root,
    log_records,
    log_end,
    export_lines,
    export_header,
    export_contents,
    export_signatures,
};

struct CheckWords {
    std::string_view name;
    std::string_view passed;
    std::string_view passed_zh;
    std::string_view failed;
    std::string_view failed_zh;
};

const CheckWords& words_of(CheckId id);

class CheckList {
  public:
    /// Adds the check and gives `ok` back. `cause` follows the words of a failure.
    bool expect(CheckId id, bool ok, std::string_view cause = {});
    /// A check that passed, with words of its own.
    void note(CheckId id, std::string detail, std::string detail_zh);
    /// A check that could not be made, with the reason; neither passed nor failed.
    void skip(CheckId id, std::string detail, std::string detail_zh);
    void append(const std::vector<Check>& more);

    bool all_ok() const { return all_ok_; }
    std::vector<Check> take() && { return std::move(checks_); }

  private:
    std::vector<Check> checks_;
    bool all_ok_ = true;
};

}  // namespace ropenet::verify
