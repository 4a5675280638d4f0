// The tamper matrix: every byte of every file of a bundle, and every relation between its files.
#include "verify/bundle_verifier.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/cose.hpp"
#include "crypto/hash.hpp"
#include "types/tlog_proof.hpp"
#include "verify/testing/bundle_maker.hpp"

namespace ropenet::verify {
namespace {

using testing::BundleMaker;
using testing::StateKind;

std::string failures_of(const Verdict& verdict) {
    std::string out;
    for (const Check& check : verdict.checks) {
        if (!check.ok) out += (out.empty() ? "" : ",") + check.name;
    }
    return out;
}

std::string details_of(const Verdict& verdict) {
    std::string out;
    for (const Check& check : verdict.checks) {
        if (!check.ok) out += check.name + ": " + check.detail + "\n";
    }
    return out;
}

// The fixture makes the valid case; each test breaks one thing.
struct BundleVerifierTest : ::testing::Test {
    BundleMaker maker;

    TrustedPolicy trust() const { return {.text = maker.last_policy()}; }
    std::string failures() {
        const BundleFiles files = maker.make();
        return failures_of(verify_bundle(files, trust()));
    }
};

TEST_F(BundleVerifierTest, a_whole_bundle_under_the_trusted_policy_is_valid) {
    const BundleFiles files = maker.make();

    const Verdict verdict = verify_bundle(files, trust());

    EXPECT_EQ(verdict.kind, VerdictKind::valid) << details_of(verdict);
    EXPECT_EQ(exit_code_of(verdict.kind), 0);
}

TEST_F(BundleVerifierTest, a_cache_with_a_table_asks_it_for_the_ed25519_signature_alone) {
    const auto refuse = [](const crypto::Ed25519Item*, std::size_t count, std::uint8_t* verdicts) {
        std::fill_n(verdicts, count, std::uint8_t{0});
        return std::int32_t{0};
    };
    VerifierCache cache{{.verify_batch = refuse, .lanes = 8}};
    const BundleFiles ed25519 = maker.make();
    EXPECT_EQ(failures_of(verify_bundle(ed25519, trust(), cache)), "tx_signature");

    maker.signer_alg = crypto::Alg::es256;
    const BundleFiles es256 = maker.make();
    EXPECT_EQ(failures_of(verify_bundle(es256, trust(), cache)), "");
}

TEST_F(BundleVerifierTest, each_of_many_bundles_has_the_verdict_that_it_has_alone) {
    std::vector<BundleFiles> bundles{maker.make(), maker.make(), {}, maker.make()};
    bundles[1]["tx.cose"].back() ^= 1;  // its signature
    bundles[3].erase("outcome.cbor");
    maker.signer_alg = crypto::Alg::sm2;
    bundles.push_back(maker.make());

    VerifierCache cache;
    const auto together = verify_bundles(bundles, trust(), cache);

    ASSERT_EQ(together.size(), bundles.size());
    for (std::size_t i = 0; i < bundles.size(); ++i) {
        const Verdict alone = verify_bundle(bundles[i], trust());
        EXPECT_EQ(together[i].kind, alone.kind) << i;
        EXPECT_EQ(together[i].checks, alone.checks) << i;
    }
    EXPECT_EQ(failures_of(together[1]), "tx_signature");
    EXPECT_EQ(together[4].kind, VerdictKind::valid);
}

TEST_F(BundleVerifierTest, every_kind_of_bundle_is_valid) {
    for (const crypto::Alg alg : {crypto::Alg::ed25519, crypto::Alg::es256, crypto::Alg::sm2}) {
        for (const StateKind state : {StateKind::none, StateKind::present, StateKind::absent}) {
            for (const bool change : {false, true}) {
                maker.signer_alg = alg;
                maker.state = state;
                maker.with_policy_change = change;
                maker.cosignature_count = change ? 4 : 3;
                const BundleFiles files = maker.make();

                const Verdict verdict = verify_bundle(files, trust());

                EXPECT_EQ(verdict.kind, VerdictKind::valid) << details_of(verdict);
            }
        }
    }
}

TEST_F(BundleVerifierTest, without_a_trusted_policy_the_origin_is_not_established) {
    const Verdict verdict = verify_bundle(maker.make(), std::nullopt);

    EXPECT_EQ(verdict.kind, VerdictKind::consistent);
    EXPECT_EQ(exit_code_of(verdict.kind), 7);
    EXPECT_EQ(failures_of(verdict), "trusted_policy");
}

TEST_F(BundleVerifierTest, a_bundle_of_a_forger_is_consistent_but_of_unknown_origin) {
    maker.make();
    const TrustedPolicy honest = trust();
    BundleMaker forger;
    forger.key_base = 100;

    const Verdict verdict = verify_bundle(forger.make(), honest);

    EXPECT_EQ(verdict.kind, VerdictKind::consistent) << details_of(verdict);
    EXPECT_EQ(failures_of(verdict), "trusted_policy");
}

TEST_F(BundleVerifierTest, a_policy_reached_from_the_trusted_one_is_trusted) {
    maker.with_policy_change = true;
    maker.cosignature_count = 4;
    const BundleFiles files = maker.make();

    EXPECT_EQ(verify_bundle(files, TrustedPolicy{maker.first_policy()}).kind, VerdictKind::valid);
    EXPECT_EQ(verify_bundle(files, TrustedPolicy{maker.last_policy()}).kind, VerdictKind::valid);
    EXPECT_EQ(verify_bundle(files, TrustedPolicy{"quorum none\n"}).kind, VerdictKind::consistent);
}

TEST_F(BundleVerifierTest, a_forged_chain_from_the_trusted_policy_is_invalid) {
    maker.make();
    const std::string honest = maker.last_policy();
    BundleMaker forger;
    forger.key_base = 100;
    forger.with_policy_change = true;
    forger.cosignature_count = 4;
    BundleFiles files = forger.make();
    files["policies/0.txt"] = to_bytes(honest);

    const Verdict verdict = verify_bundle(files, TrustedPolicy{honest});

    EXPECT_EQ(verdict.kind, VerdictKind::invalid);
}

// Flips one bit of every `stride`-th byte of each file; README.txt is sampled.
void expect_bytes_bound(BundleMaker& maker, std::size_t stride) {
    const BundleFiles files = maker.make();
    const TrustedPolicy trust{maker.last_policy()};
    VerifierCache cache;
    for (const auto& [name, content] : files) {
        const std::size_t step = content.size() > 4096 ? 37 : stride;
        for (std::size_t at = 0; at < content.size(); at += step) {
            BundleFiles altered = files;
            altered[name][at] ^= static_cast<std::uint8_t>(1U << (at % 8));

            const Verdict verdict = verify_bundle(altered, trust, cache);

            ASSERT_EQ(verdict.kind, VerdictKind::invalid) << name << " byte " << at;
        }
    }
}

TEST_F(BundleVerifierTest, no_byte_of_any_file_may_change) {
    expect_bytes_bound(maker, 5);
}

TEST_F(BundleVerifierTest, no_sampled_byte_may_change_with_an_es256_signer_and_a_present_value) {
    maker.signer_alg = crypto::Alg::es256;
    maker.state = StateKind::present;
    expect_bytes_bound(maker, 5);
}

TEST_F(BundleVerifierTest, no_sampled_byte_may_change_with_a_policy_chain_and_an_absent_value) {
    maker.state = StateKind::absent;
    maker.with_policy_change = true;
    maker.cosignature_count = 4;
    expect_bytes_bound(maker, 5);
}

TEST_F(BundleVerifierTest, no_file_may_grow_shrink_or_go) {
    maker.state = StateKind::present;
    maker.with_policy_change = true;
    maker.cosignature_count = 4;
    const BundleFiles files = maker.make();
    for (const auto& [name, content] : files) {
        BundleFiles longer = files;
        longer[name].push_back('\n');
        BundleFiles shorter = files;
        shorter[name].pop_back();
        BundleFiles fewer = files;
        fewer.erase(name);

        EXPECT_EQ(verify_bundle(longer, trust()).kind, VerdictKind::invalid) << name;
        EXPECT_EQ(verify_bundle(shorter, trust()).kind, VerdictKind::invalid) << name;
        EXPECT_EQ(verify_bundle(fewer, trust()).kind, VerdictKind::invalid) << name;
    }
}

TEST_F(BundleVerifierTest, refuses_a_file_that_does_not_belong) {
    BundleFiles files = maker.make();
    files["notes.txt"] = to_bytes(std::string_view{"x"});

    EXPECT_EQ(failures_of(verify_bundle(files, trust())), "files");
}

TEST_F(BundleVerifierTest, refuses_what_is_no_timestamp) {
    BundleFiles files = maker.make();
    files["timestamp.tsr"] = {0x30, 0x00};
    files["tsa-ca.pem"] = {0x30, 0x00};

    EXPECT_EQ(failures_of(verify_bundle(files, trust())), "timestamp");
}

TEST_F(BundleVerifierTest, swapping_two_files_of_another_bundle_is_seen) {
    const BundleFiles files = maker.make();
    BundleMaker other;
    other.edit_draft = [](TxDraft& draft) { draft.nonce[0] = 9; };
    const BundleFiles donor = other.make();
    for (const std::string name : {"tx.cose", "record.cbor", "proof.tlog", "receipt.cose",
                                   "checkpoint.txt", "policies/0.tlog"}) {
        BundleFiles mixed = files;
        mixed[name] = donor.at(name);

        EXPECT_EQ(verify_bundle(mixed, trust()).kind, VerdictKind::invalid) << name;
    }
}

// Each of these is signed and proved by the rope itself: only the named check can see it.
TEST_F(BundleVerifierTest, names_a_record_of_another_transaction) {
    maker.edit_record = [](Record& record) { std::get<TxRecord>(record.body).tx_id[0] ^= 1; };
    EXPECT_EQ(failures(), "tx_record");
}

TEST_F(BundleVerifierTest, names_another_outcome_digest) {
    maker.edit_record = [](Record& record) {
        std::get<TxRecord>(record.body).outcome_digest[0] ^= 1;
    };
    EXPECT_EQ(failures(), "outcome");
}

TEST_F(BundleVerifierTest, names_a_code_that_is_not_the_outcome_s) {
    maker.edit_record = [](Record& record) { std::get<TxRecord>(record.body).code = 2; };
    EXPECT_EQ(failures(), "outcome");
}

TEST_F(BundleVerifierTest, names_a_record_with_another_index) {
    maker.edit_record = [](Record& record) { ++record.index; };
    EXPECT_EQ(failures(), "inclusion");
}

TEST_F(BundleVerifierTest, names_a_record_of_another_rope) {
    maker.edit_record = [](Record& record) { record.origin = "dev.test/scratch"; };
    EXPECT_EQ(failures(), "tx_origin");
}

TEST_F(BundleVerifierTest, names_a_transaction_of_another_rope) {
    maker.edit_draft = [](TxDraft& draft) { draft.origin = "dev.test/scratch"; };
    EXPECT_EQ(failures(), "tx_origin");
}

TEST_F(BundleVerifierTest, takes_the_last_moment_of_a_transaction_and_not_the_next) {
    std::int64_t time_ms = 0;
    maker.edit_draft = [&time_ms](TxDraft& draft) { time_ms = draft.expires_at_ms; };
    maker.edit_record = [&time_ms](Record& record) { record.time_ms = time_ms; };
    EXPECT_EQ(failures(), "");

    maker.edit_record = [&time_ms](Record& record) { record.time_ms = time_ms + 1; };
    EXPECT_EQ(failures(), "tx_time");
}

TEST_F(BundleVerifierTest, takes_the_longest_lifetime_and_not_one_more) {
    std::int64_t time_ms = 0;
    maker.edit_draft = [&time_ms](TxDraft& draft) { time_ms = draft.expires_at_ms - 300'000; };
    maker.edit_record = [&time_ms](Record& record) { record.time_ms = time_ms; };
    EXPECT_EQ(failures(), "");

    maker.edit_record = [&time_ms](Record& record) { record.time_ms = time_ms - 1; };
    EXPECT_EQ(failures(), "tx_time");
}

TEST_F(BundleVerifierTest, names_a_receipt_with_another_size_or_index_that_its_signature_allows) {
    maker.edit_receipt = [](Receipt& receipt) { ++receipt.tree_size; };
    EXPECT_EQ(failures(), "receipt_tree");
    maker.edit_receipt = [](Receipt& receipt) { --receipt.leaf_index; };
    EXPECT_EQ(failures(), "receipt_tree");
}

TEST_F(BundleVerifierTest, names_a_receipt_for_another_transaction_or_rope) {
    maker.edit_receipt = [](Receipt& receipt) { receipt.tx_id[0] ^= 1; };
    EXPECT_EQ(failures(), "receipt_claims");
    maker.edit_receipt = [](Receipt& receipt) { receipt.origin = "dev.test/scratch"; };
    EXPECT_EQ(failures(), "receipt_claims");
    maker.edit_receipt = [](Receipt& receipt) { receipt.kid[0] ^= 1; };
    EXPECT_EQ(failures(), "receipt_claims");
}

TEST_F(BundleVerifierTest, names_a_receipt_key_that_is_not_listed) {
    BundleMaker other;
    other.with_policy_change = true;  // signs receipts with another key
    other.cosignature_count = 4;
    BundleFiles files = maker.make();
    files["receipt-key.pem"] = other.make().at("receipt-key.pem");

    EXPECT_EQ(failures_of(verify_bundle(files, trust())),
              "receipt_key_listed,receipt_claims,receipt_signature");
}

TEST_F(BundleVerifierTest, names_a_signer_key_that_is_not_the_transaction_s) {
    BundleMaker other;
    other.key_base = 100;
    BundleFiles files = maker.make();
    files["signer.pem"] = other.make().at("signer.pem");

    EXPECT_EQ(failures_of(verify_bundle(files, trust())), "tx_signer,tx_signature");
}

TEST_F(BundleVerifierTest, names_a_genesis_that_the_log_does_not) {
    maker.edit_genesis_record = [](Record& record) {
        (*std::get<BlockRecord>(record.body).genesis_digest)[0] ^= 1;
    };
    EXPECT_EQ(failures(), "genesis_leaf");
    maker.edit_genesis_record = [](Record& record) { record.height = 1; };
    EXPECT_EQ(failures(), "genesis_leaf");
    maker.edit_genesis_record = [](Record& record) { record.origin = "dev.test/scratch"; };
    EXPECT_EQ(failures(), "genesis_leaf");
}

TEST_F(BundleVerifierTest, names_a_genesis_with_another_policy_or_other_keys) {
    maker.edit_genesis = [](Genesis& genesis) { genesis.policy.policy_digest[0] ^= 1; };
    EXPECT_EQ(failures(), "first_policy");
    maker.edit_genesis = [](Genesis& genesis) { genesis.policy.keys_digest[0] ^= 1; };
    EXPECT_EQ(failures(), "policy_chain");
}

TEST_F(BundleVerifierTest, names_a_genesis_of_another_rope) {
    maker.edit_genesis = [](Genesis& genesis) { genesis.origin = "dev.test/scratch"; };
    EXPECT_EQ(failures(), "genesis_leaf,origin");
}

TEST_F(BundleVerifierTest, names_too_few_cosignatures) {
    maker.cosignature_count = 2;
    EXPECT_EQ(failures(), "cosignatures");
    maker.cosignature_count = 4;
    EXPECT_EQ(failures(), "");
}

TEST_F(BundleVerifierTest, names_a_policy_change_that_does_not_follow) {
    maker.with_policy_change = true;
    maker.cosignature_count = 4;
    maker.edit_policy_record = [](Record& record) {
        std::get<PolicyRecord>(record.body).previous_digest[0] ^= 1;
    };
    EXPECT_EQ(failures(), "policy_chain");
    maker.edit_policy_record = [](Record& record) {
        std::get<PolicyRecord>(record.body).policy_digest[0] ^= 1;
    };
    EXPECT_EQ(failures(), "policy_chain");
    maker.edit_policy_record = [](Record& record) {
        std::get<PolicyRecord>(record.body).keys_digest[0] ^= 1;
    };
    EXPECT_EQ(failures(), "policy_chain");
    maker.edit_policy_record = [](Record& record) { ++record.index; };
    EXPECT_EQ(failures(), "policy_chain");
}

TEST_F(BundleVerifierTest, names_a_state_value_that_is_shown_as_absent_or_the_reverse) {
    maker.state = StateKind::present;
    BundleFiles hidden = maker.make();
    hidden.erase("state/value.bin");
    EXPECT_EQ(failures_of(verify_bundle(hidden, trust())), "state_proof");

    maker.state = StateKind::absent;
    BundleFiles invented = maker.make();
    invented["state/value.bin"] = {};
    EXPECT_EQ(failures_of(verify_bundle(invented, trust())), "state_proof");
}

TEST_F(BundleVerifierTest, names_a_state_block_that_is_not_a_later_one_of_the_log) {
    maker.state = StateKind::present;
    BundleFiles files = maker.make();
    files["state/block-record.cbor"] = files["policies/0.cbor"];
    files["state/block-proof.tlog"] = files["policies/0.tlog"];
    EXPECT_EQ(failures_of(verify_bundle(files, trust())), "state_block");

    files["state/block-record.cbor"] = files["record.cbor"];
    files["state/block-proof.tlog"] = files["proof.tlog"];
    EXPECT_EQ(failures_of(verify_bundle(files, trust())), "state_block");
}

TEST_F(BundleVerifierTest, says_whether_the_genesis_gives_the_account_its_key) {
    const auto detail = [this] {
        const BundleFiles files = maker.make();
        for (const Check& check : verify_bundle(files, trust()).checks) {
            if (check.name == "signer_account") return check.detail;
        }
        return std::string{};
    };
    EXPECT_TRUE(detail().starts_with("the genesis gives this key to account a"));

    maker.edit_draft = [](TxDraft& draft) { draft.account = AccountId{}; };
    EXPECT_TRUE(detail().ends_with("is the rope's word, not proved here"));
}

TEST_F(BundleVerifierTest, a_cache_changes_no_verdict) {
    VerifierCache cache;
    const BundleFiles files = maker.make();
    EXPECT_EQ(verify_bundle(files, trust(), cache).checks, verify_bundle(files, trust()).checks);
    EXPECT_EQ(verify_bundle(files, trust(), cache).checks, verify_bundle(files, trust()).checks);
    EXPECT_EQ(verify_bundle(files, std::nullopt, cache).kind, VerdictKind::consistent);
}

}  // namespace
}  // namespace ropenet::verify
