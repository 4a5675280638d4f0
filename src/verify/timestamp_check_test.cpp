// Goal: a timestamp in a bundle is right, wrong or of somebody unknown, and never passed over.
#include <gtest/gtest.h>

#include "concurrency/testing/manual_clock.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"
#include "timestamp/authority.hpp"
#include "verify/bundle_verifier.hpp"
#include "verify/testing/bundle_maker.hpp"

namespace ropenet::verify {
namespace {

/// One authority for all tests: RSA keys take their time.
class Stamper {
  public:
    Stamper() {
        const std::string folder = folder_ / "tsa";
        const timestamp::AuthorityFiles files{.folder = folder,
                                              .ca = folder + "/ca.pem",
                                              .certificate = folder + "/certificate.pem",
                                              .book = folder + "/book",
                                              .ca_key = folder + "/ca-key.pem",
                                              .key = folder + "/key.pem"};
        EXPECT_TRUE(timestamp::make_authority(fs_, files, {}, clock_));
        auto opened = timestamp::Authority::open(
            files, {.files = fs_, .clock = clock_, .on_fatal = [](const Error&) {}});
        EXPECT_TRUE(opened);
        if (opened) authority = *std::move(opened);
    }

    std::unique_ptr<timestamp::Authority> authority;

  private:
    storage::testing::TempFolder folder_;
    storage::PosixFileSystem fs_;
    ropenet::testing::ManualClock clock_;
};

class TimestampCheckTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        listed_ = new Stamper;
        other_ = new Stamper;
    }
    static void TearDownTestSuite() {
        delete listed_;
        delete other_;
    }

    TimestampCheckTest() { maker_.tsa = {listed_->authority->certificate_sha256()}; }

    BundleFiles stamped_by(const Stamper& who) {
        BundleFiles files = maker_.make();
        const auto reply = who.authority->stamp(files.at("checkpoint.txt"));
        EXPECT_TRUE(reply);
        if (reply) files["timestamp.tsr"] = *reply;
        files["tsa-ca.pem"] = to_bytes(who.authority->ca_pem());
        return files;
    }
    Verdict verdict(const BundleFiles& files, const std::optional<TrustedTsa>& tsa = {}) {
        VerifierCache cache;
        return verify_bundle(files, TrustedPolicy{.text = maker_.last_policy()}, cache, tsa);
    }
    static std::string failed(const Verdict& verdict) {
        std::string out;
        for (const Check& check : verdict.checks)
            if (!check.ok && check.checked) out += check.name + " " + check.detail + "\n";
        return out;
    }

    static Stamper* listed_;
    static Stamper* other_;
    testing::BundleMaker maker_;
};
Stamper* TimestampCheckTest::listed_ = nullptr;
Stamper* TimestampCheckTest::other_ = nullptr;

TEST_F(TimestampCheckTest, a_bundle_without_one_says_so_and_is_valid) {
    const Verdict found = verdict(maker_.make());
    EXPECT_EQ(found.kind, VerdictKind::valid);
    EXPECT_EQ(found.timestamp.state, TimestampState::absent);
}

TEST_F(TimestampCheckTest, one_of_an_authority_that_keys_txt_lists_is_ok) {
    const Verdict found = verdict(stamped_by(*listed_));
    EXPECT_EQ(found.kind, VerdictKind::valid) << failed(found);
    EXPECT_EQ(found.timestamp.state, TimestampState::ok);
    EXPECT_EQ(found.timestamp.facts.gen_time, "2023-11-14T22:13:20Z");
    EXPECT_EQ(found.timestamp.facts.gen_time_ms, 1'700'000'000'000);
}

TEST_F(TimestampCheckTest, one_of_another_authority_is_foreign_and_the_bundle_is_still_valid) {
    const Verdict found = verdict(stamped_by(*other_));
    EXPECT_EQ(found.kind, VerdictKind::valid) << failed(found);
    EXPECT_EQ(found.timestamp.state, TimestampState::foreign);
}

TEST_F(TimestampCheckTest, one_under_a_ca_that_the_verifier_was_given_is_ok) {
    const BundleFiles files = stamped_by(*other_);
    const TrustedTsa right{.ca_pem = other_->authority->ca_pem()};
    EXPECT_EQ(verdict(files, right).timestamp.state, TimestampState::ok);
    const TrustedTsa wrong{.ca_pem = listed_->authority->ca_pem()};
    EXPECT_EQ(verdict(files, wrong).timestamp.state, TimestampState::foreign);
}

TEST_F(TimestampCheckTest, every_altered_byte_of_both_files_makes_the_bundle_invalid) {
    const BundleFiles good = stamped_by(*listed_);
    for (const char* name : {"timestamp.tsr", "tsa-ca.pem"}) {
        for (std::size_t at = 0; at < good.at(name).size(); at += 7) {
            BundleFiles bad = good;
            bad[name][at] ^= 1;
            const Verdict found = verdict(bad);
            EXPECT_EQ(found.kind, VerdictKind::invalid) << name << " byte " << at;
            EXPECT_EQ(found.timestamp.state, TimestampState::invalid);
            EXPECT_TRUE(failed(found).starts_with("timestamp ")) << failed(found);
        }
    }
}

TEST_F(TimestampCheckTest, one_over_another_checkpoint_is_refused_with_its_reason) {
    BundleFiles files = stamped_by(*listed_);
    files["timestamp.tsr"] = *listed_->authority->stamp(to_bytes("another checkpoint"));
    const Verdict found = verdict(files);
    EXPECT_EQ(found.kind, VerdictKind::invalid);
    EXPECT_NE(failed(found).find("a timestamp of other content"), std::string::npos);
}

TEST_F(TimestampCheckTest, one_under_another_ca_than_the_one_beside_it_is_refused) {
    BundleFiles files = stamped_by(*listed_);
    files["tsa-ca.pem"] = to_bytes(other_->authority->ca_pem());
    const Verdict found = verdict(files);
    EXPECT_EQ(found.kind, VerdictKind::invalid);
    EXPECT_NE(failed(found).find("not signed under this CA"), std::string::npos);
}

TEST_F(TimestampCheckTest, a_cache_gives_the_same_verdict_again_and_tells_bundles_apart) {
    VerifierCache cache;
    const BundleFiles good = stamped_by(*listed_);
    BundleFiles bad = good;
    bad["timestamp.tsr"].back() ^= 1;
    const TrustedPolicy trust{.text = maker_.last_policy()};
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(verify_bundle(good, trust, cache).kind, VerdictKind::valid);
        EXPECT_EQ(verify_bundle(bad, trust, cache).kind, VerdictKind::invalid);
    }
}

}  // namespace
}  // namespace ropenet::verify
