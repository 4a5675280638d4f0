// Goal: what the node hands out convinces a verifier that shares no proof-making code with it.
#include "cosign/bundle_maker.hpp"

#include "cosign/testing/signed_rope.hpp"
#include "system/accounts.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::cosign {
namespace {

using verify::VerdictKind;

struct BundleMakerTest : testing::SignedRope {
    BundleMaker maker{ledger->reader(), *cosigner};

    BundleFiles make(const BundleRequest& request) const {
        const auto made = maker.make(request);
        EXPECT_TRUE(made && *made);
        return made && *made ? **made : BundleFiles{};
    }
    std::optional<NotMade> why_not(const BundleRequest& request) const {
        const auto made = maker.make(request);
        EXPECT_TRUE(made);
        return made && !*made ? std::optional{made->error()} : std::nullopt;
    }
    VerdictKind verdict(const BundleFiles& bundle) const {
        const verify::Verdict found =
            verify::verify_bundle(bundle, verify::TrustedPolicy{.text = trust.policy});
        for (const verify::Check& check : found.checks)
            EXPECT_TRUE(check.ok) << check.name << ": " << check.detail;
        return found.kind;
    }
    Bytes alice_key() const { return system::account_key(alice.id()); }
};

TEST_F(BundleMakerTest, is_valid_under_the_ropes_policy_and_of_unknown_origin_without) {
    const auto ids = commit({"one", "two", "three"});
    ASSERT_TRUE(cover());

    for (const Hash32& id : ids) {
        const BundleFiles bundle = make({.tx_id = id, .state_key = std::nullopt});
        EXPECT_TRUE(check_bundle_names(bundle));
        EXPECT_EQ(verdict(bundle), VerdictKind::valid);
        EXPECT_EQ(verify::verify_bundle(bundle, std::nullopt).kind, VerdictKind::consistent);
    }
}

TEST_F(BundleMakerTest, a_checkpoint_is_stamped_once_for_all_its_bundles_and_only_when_wanted) {
    int stamps = 0;
    const BundleMaker stamping{ledger->reader(), *cosigner, [&](const std::string& text) {
                                   ++stamps;
                                   return CheckpointToken{.reply = to_bytes(text), .ca_pem = "ca"};
                               }};
    const auto ids = commit({"one", "two"});
    ASSERT_TRUE(cover());

    for (const Hash32& id : ids) {
        const auto made = stamping.make({.tx_id = id, .state_key = std::nullopt});
        ASSERT_TRUE(made && *made);
        EXPECT_EQ((*made)->at("timestamp.tsr"), (*made)->at("checkpoint.txt"));
        EXPECT_EQ((*made)->at("tsa-ca.pem"), to_bytes("ca"));
    }
    EXPECT_EQ(stamps, 1);
    const auto plain =
        stamping.make({.tx_id = ids[0], .state_key = std::nullopt, .timestamp = false});
    ASSERT_TRUE(plain && *plain);
    EXPECT_FALSE((*plain)->contains("timestamp.tsr"));
    commit({"three"});
    ASSERT_TRUE(cover());
    EXPECT_TRUE(stamping.make({.tx_id = ids[0], .state_key = std::nullopt}));
    EXPECT_EQ(stamps, 2);
}

TEST_F(BundleMakerTest, without_a_time_the_bundle_has_no_timestamp_and_is_valid) {
    const BundleMaker stamping{ledger->reader(), *cosigner,
                               [](const std::string&) { return std::nullopt; }};
    const auto ids = commit({"one"});
    ASSERT_TRUE(cover());
    const auto made = stamping.make({.tx_id = ids[0], .state_key = std::nullopt});
    ASSERT_TRUE(made && *made);
    EXPECT_EQ(verdict(**made), VerdictKind::valid);
}

TEST_F(BundleMakerTest, an_old_tx_is_proved_under_the_newest_checkpoint) {
    const auto ids = commit({"one"});
    for (int i = 0; i < 150; ++i)
        commit({"more " + std::to_string(i), "and " + std::to_string(i)});
    ASSERT_TRUE(cover());
    ASSERT_GT(cosigner->newest()->checkpoint.size, 256U);

    EXPECT_EQ(verdict(make({.tx_id = ids[0], .state_key = std::nullopt})), VerdictKind::valid);
}

TEST_F(BundleMakerTest, a_refused_tx_has_evidence_too) {
    commit({"one"});
    const auto again = commit({"one"});
    ASSERT_TRUE(cover());

    const BundleFiles bundle = make({.tx_id = again[0], .state_key = std::nullopt});

    EXPECT_EQ(verdict(bundle), VerdictKind::valid);
    const auto outcome = decode_outcome(bundle.at("outcome.cbor"));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->rule, "evidence.exists");
}

TEST_F(BundleMakerTest, proves_the_presence_of_a_state_value) {
    const auto ids = commit({"one"});
    ASSERT_TRUE(cover());

    const BundleFiles bundle = make({.tx_id = ids[0], .state_key = alice_key()});

    EXPECT_TRUE(bundle.contains("state/value.bin"));
    EXPECT_EQ(verdict(bundle), VerdictKind::valid);
}

TEST_F(BundleMakerTest, proves_the_absence_of_a_state_value) {
    const auto ids = commit({"one"});
    ASSERT_TRUE(cover());
    Bytes key = alice_key();
    key.back() ^= 1U;

    const BundleFiles bundle = make({.tx_id = ids[0], .state_key = key});

    EXPECT_FALSE(bundle.contains("state/value.bin"));
    EXPECT_EQ(verdict(bundle), VerdictKind::valid);
}

TEST_F(BundleMakerTest, proves_state_at_the_checkpoint_when_later_blocks_have_none) {
    const auto ids = commit({"one"});
    ASSERT_TRUE(cover());
    commit({"two"});

    const BundleFiles bundle = make({.tx_id = ids[0], .state_key = alice_key()});

    EXPECT_EQ(verdict(bundle), VerdictKind::valid);
}

TEST_F(BundleMakerTest, says_not_yet_before_a_checkpoint_covers_the_tx) {
    const auto ids = commit({"one"});
    const BundleRequest request{.tx_id = ids[0], .state_key = std::nullopt};

    EXPECT_EQ(why_not(request), NotMade::not_covered);
    clock.advance_ms(kDemandedGapMs);
    EXPECT_TRUE(cosigner->wait_covered(1, std::chrono::seconds{10}));
    EXPECT_EQ(why_not(request), std::nullopt);
}

TEST_F(BundleMakerTest, knows_nothing_of_a_tx_that_was_never_recorded) {
    EXPECT_EQ(why_not({.tx_id = {}, .state_key = std::nullopt}), NotMade::unknown_tx);
}

}  // namespace
}  // namespace ropenet::cosign
