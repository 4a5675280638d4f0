// Goal: one root for one size, whatever stops the node between two steps of signing. Method: a real
// ledger in a temporary folder, a clock moved by hand, and files put back as a bad restore would.
#include "cosign/cosigner.hpp"

#include <filesystem>

#include "cosign/testing/signed_rope.hpp"
#include "types/trust_policy.hpp"

namespace ropenet::cosign {
namespace {

struct CosignerTest : testing::SignedRope {
    std::string served() const {
        const auto file = reader().log_file("checkpoint");
        EXPECT_TRUE(file && *file);
        return file && *file ? std::string{text_of(**file)} : std::string{};
    }
    std::string why_not_started(std::uint8_t keys_number = 50) {
        const auto started = try_start(keys_number);
        return started ? "started" : started.error().what;
    }
};

TEST_F(CosignerTest, a_new_rope_has_a_checkpoint_over_genesis) {
    EXPECT_EQ(cosigner->newest()->checkpoint.size, 1U);
    EXPECT_EQ(served(), cosigner->newest()->note);
}

TEST_F(CosignerTest, a_checkpoint_carries_the_log_line_and_the_quorum) {
    commit({"one"});
    ASSERT_TRUE(cover());

    const auto note = note_from_text(served());
    ASSERT_TRUE(note);
    EXPECT_TRUE(check_quorum(cosigner->trust().policy, *note));
    EXPECT_EQ(note->signatures.size(), 2U);
    EXPECT_EQ(cosigner->newest()->checkpoint.root, reader().latest()->at().log_root);
}

TEST_F(CosignerTest, waits_a_second_between_two_checkpoints) {
    commit({"one"});
    EXPECT_EQ(cosigner->newest()->checkpoint.size, 1U);

    clock.advance_ms(kCheckpointGapMs);
    cosigner->note_commit(reader().latest()->log_size());

    EXPECT_TRUE(cosigner->wait_covered(1, std::chrono::seconds{10}));
}

TEST_F(CosignerTest, makes_one_early_for_who_wants_evidence) {
    commit({"one"});
    clock.advance_ms(kDemandedGapMs);

    EXPECT_TRUE(cosigner->wait_covered(1, std::chrono::seconds{10}));
}

TEST_F(CosignerTest, nobody_can_demand_what_is_not_committed) {
    clock.advance_ms(kCheckpointGapMs);

    EXPECT_FALSE(cosigner->wait_covered(7, std::chrono::milliseconds{20}));
    EXPECT_EQ(cosigner->newest()->checkpoint.size, 1U);
}

TEST_F(CosignerTest, stop_covers_everything_that_was_committed) {
    commit({"one"});

    ASSERT_TRUE(cosigner->stop());

    EXPECT_EQ(cosigner->newest()->checkpoint.size, reader().latest()->log_size());
    EXPECT_TRUE(cosigner->stop());
}

TEST_F(CosignerTest, the_installed_checkpoint_is_served_again_after_a_restart) {
    commit({"one"});
    ASSERT_TRUE(cover());
    const std::string before = served();
    clock.advance_ms(5'000);

    restart();

    EXPECT_EQ(cosigner->newest()->note, before);
    EXPECT_EQ(served(), before);
}

TEST_F(CosignerTest, a_start_covers_what_a_crash_left_uncovered) {
    commit({"one"});

    restart();

    EXPECT_EQ(cosigner->newest()->checkpoint.size, reader().latest()->log_size());
}

TEST_F(CosignerTest, a_crash_between_signing_and_installing_signs_the_same_root_again) {
    const std::string genesis_checkpoint = served();
    commit({"one"});
    ASSERT_TRUE(cover());
    const Checkpoint signed_before = cosigner->newest()->checkpoint;
    crash();
    ASSERT_TRUE(storage::write_file_atomically(files, folder / "rope/log/checkpoint",
                                               view_of(genesis_checkpoint)));

    restart();

    EXPECT_EQ(cosigner->newest()->checkpoint, signed_before);
}

TEST_F(CosignerTest, refuses_when_more_was_signed_than_the_ledger_has) {
    crash();
    ASSERT_TRUE(signed_state()->record({.size = 9, .height = 4, .root = {}}));

    EXPECT_NE(why_not_started().find("a log of 9 records was signed, the ledger has 1"),
              std::string::npos);
}

TEST_F(CosignerTest, refuses_another_root_for_a_signed_size) {
    commit({"one"});
    crash();
    const ledger::HeightSummary at = reader().latest()->at();
    Hash32 other = at.log_root;
    other[0] ^= 1U;
    ASSERT_TRUE(signed_state()->record({.size = at.log_size, .height = at.height, .root = other}));

    EXPECT_NE(why_not_started().find("another root at size 3"), std::string::npos);
}

TEST_F(CosignerTest, refuses_when_the_record_of_what_was_signed_is_lost) {
    crash();
    ASSERT_TRUE(files.remove(folder / "signed"));

    EXPECT_NE(why_not_started().find("restore the newer `signed` file"), std::string::npos);
}

TEST_F(CosignerTest, refuses_a_checkpoint_that_others_signed) {
    crash();
    Note note = *note_from_text(served());
    note.signatures.pop_back();
    ASSERT_TRUE(storage::write_file_atomically(files, folder / "rope/log/checkpoint",
                                               view_of(text_from_note(note))));

    EXPECT_NE(why_not_started().find("not signed under policy.txt"), std::string::npos);
}

TEST_F(CosignerTest, refuses_keys_that_the_policy_does_not_name) {
    crash();

    EXPECT_EQ(why_not_started(90), "policy.txt does not name this node's log key");
}

TEST_F(CosignerTest, refuses_a_policy_that_genesis_does_not_name) {
    crash();
    trust = make_trust(names(), testing::fixed_keys(90));

    EXPECT_EQ(why_not_started(90), "policy.txt or keys.txt is not the one genesis.cbor names");
}

TEST_F(CosignerTest, a_failed_write_of_the_signed_file_stops_signing_and_is_reported_once) {
    commit({"one"});
    std::filesystem::remove(folder / "signed");
    std::filesystem::create_directory(folder / "signed");
    std::filesystem::create_directory(folder / "signed/in-the-way");

    clock.advance_ms(kCheckpointGapMs);
    EXPECT_FALSE(cosigner->wait_covered(1, std::chrono::seconds{10}));

    EXPECT_FALSE(cosigner->stop());
    ASSERT_TRUE(fatal.has_value());
    EXPECT_EQ(fatal->code, ErrorCode::io);
    EXPECT_EQ(cosigner->newest()->checkpoint.size, 1U);
}

}  // namespace
}  // namespace ropenet::cosign
