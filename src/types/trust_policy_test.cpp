#include "types/trust_policy.hpp"

#include <gtest/gtest.h>

#include "keys/testing/fixed_signer.hpp"
#include "types/checkpoint.hpp"
#include "types/cosignature.hpp"

namespace ropenet {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

// A policy of one log and four witnesses, and a checkpoint with the three cosignatures it needs.
struct TrustPolicyTest : testing::Test {
    std::vector<std::unique_ptr<keys::Signer>> signers;  // the log's, then the witnesses'
    TrustPolicy policy;
    Note note;

    TrustPolicyTest() {
        policy.logs.push_back(key(1, "dev.test/register", NoteKeyType::ed25519));
        for (std::uint8_t i = 1; i <= 4; ++i) {
            const std::string name = "w" + std::to_string(i);
            policy.witnesses.push_back(
                {.name = name,
                 .key = key(static_cast<std::uint8_t>(1 + i), "dev.test/" + name,
                            NoteKeyType::cosignature_v1)});
        }
        note.text = text_from_checkpoint({.origin = "dev.test/register", .size = 3, .root = {}});
        add_log_line();
        for (const std::size_t i : {0U, 1U, 2U})
            cosign(i);
    }

    NoteKey key(std::uint8_t number, std::string name, NoteKeyType type) {
        signers.push_back(keys::testing::fixed_signer(crypto::Alg::ed25519, number));
        return {.name = std::move(name),
                .type = type,
                .key = *signers.back()->public_key().ed25519_point()};
    }

    void add_log_line() {
        const auto signature = signers[0]->sign(log_signed_message(note.text));
        note.signatures.push_back(make_note_signature(policy.logs[0], *signature));
    }

    void cosign(std::size_t witness) {
        Cosignature cosignature{.time_s = 1'700'000'000, .signature = {}};
        const auto raw =
            signers[1 + witness]->sign(cosignature_message(note.text, cosignature.time_s));
        std::ranges::copy(*raw, cosignature.signature.begin());
        note.signatures.push_back(
            make_note_signature(policy.witnesses[witness].key, encode_cosignature(cosignature)));
    }

    std::optional<QuorumError> quorum_error() const {
        const auto checked = check_quorum(policy, note);
        return checked ? std::nullopt : std::optional{checked.error()};
    }

    std::string text() const { return text_from_policy(policy); }
};

PolicyError error_of(const std::string& text) {
    const auto policy = policy_from_text(text);
    EXPECT_FALSE(policy) << text;
    return policy ? PolicyError::oversize : policy.error();
}

TEST_F(TrustPolicyTest, text_then_policy_is_the_identity) {
    const auto parsed = policy_from_text(text());

    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, policy);
    EXPECT_EQ(text_from_policy(*parsed), text());
    EXPECT_EQ(origin_of(*parsed), "dev.test/register");
    EXPECT_TRUE(text().ends_with("group witnesses 3 w1 w2 w3 w4\nquorum witnesses\n"));
}

TEST_F(TrustPolicyTest, a_quorum_is_more_than_two_thirds) {
    EXPECT_EQ(quorum_of(1), 1U);
    EXPECT_EQ(quorum_of(2), 2U);
    EXPECT_EQ(quorum_of(3), 3U);
    EXPECT_EQ(quorum_of(4), 3U);
    EXPECT_EQ(quorum_of(7), 5U);
    EXPECT_EQ(quorum_of(64), 43U);
}

TEST_F(TrustPolicyTest, refuses_other_forms_of_a_policy_by_name) {
    EXPECT_EQ(error_of(""), PolicyError::count);
    EXPECT_EQ(error_of("# comment\n" + text()), PolicyError::count);
    EXPECT_EQ(error_of(text() + "# comment\n"), PolicyError::line);
    EXPECT_EQ(error_of(text() + "\n"), PolicyError::line);
    EXPECT_EQ(error_of(text().substr(0, text().size() - 1)), PolicyError::line);
    EXPECT_EQ(error_of(replaced(text(), "log ", "log  ")), PolicyError::line);
    EXPECT_EQ(error_of(replaced(text(), "witness w1", "witness w1 ")), PolicyError::line);
    EXPECT_EQ(error_of(replaced(text(), "witness w1", "witness W1")), PolicyError::witness);
    EXPECT_EQ(error_of(replaced(text(), "witness w1", "witness none")), PolicyError::witness);
    EXPECT_EQ(error_of(replaced(text(), "https://dev.test/w1", "https://dev.test/w2")),
              PolicyError::witness);
    EXPECT_EQ(error_of(replaced(text(), "witnesses 3", "witnesses 2")), PolicyError::threshold);
    EXPECT_EQ(error_of(replaced(text(), "witnesses 3", "witnesses all")), PolicyError::threshold);
    EXPECT_EQ(error_of(replaced(text(), "3 w1 w2", "3 w2 w1")), PolicyError::group);
    EXPECT_EQ(error_of(replaced(text(), " w4\n", "\n")), PolicyError::group);
    EXPECT_EQ(error_of(replaced(text(), "quorum witnesses", "quorum none")), PolicyError::line);
    EXPECT_EQ(error_of(std::string(kPolicyBytesMax + 1, 'x')), PolicyError::oversize);
}

TEST_F(TrustPolicyTest, refuses_shared_keys_and_foreign_kinds_of_key) {
    TrustPolicy twice = policy;
    twice.witnesses[1].key.key = twice.witnesses[0].key.key;
    EXPECT_EQ(error_of(text_from_policy(twice)), PolicyError::duplicate);

    TrustPolicy own_witness = policy;
    own_witness.witnesses[1].key.key = own_witness.logs[0].key;
    EXPECT_EQ(error_of(text_from_policy(own_witness)), PolicyError::duplicate);

    TrustPolicy named_twice = policy;
    named_twice.witnesses[1].name = "w1";
    EXPECT_EQ(error_of(text_from_policy(named_twice)), PolicyError::duplicate);

    TrustPolicy swapped = policy;
    swapped.logs[0].type = NoteKeyType::cosignature_v1;
    EXPECT_EQ(error_of(text_from_policy(swapped)), PolicyError::vkey);
    swapped = policy;
    swapped.witnesses[0].key.type = NoteKeyType::ed25519;
    EXPECT_EQ(error_of(text_from_policy(swapped)), PolicyError::vkey);

    TrustPolicy small_order = policy;
    small_order.witnesses[0].key.key = {1};
    EXPECT_EQ(error_of(text_from_policy(small_order)), PolicyError::vkey);
}

TEST_F(TrustPolicyTest, all_logs_name_one_well_formed_origin) {
    policy.logs.push_back(key(20, "dev.test/register", NoteKeyType::ed25519));
    EXPECT_TRUE(policy_from_text(text()));
    policy.logs[1].name = "dev.test/scratch";
    EXPECT_EQ(error_of(text()), PolicyError::origin);
    policy.logs.pop_back();
    policy.logs[0].name = "register";
    EXPECT_EQ(error_of(text()), PolicyError::origin);
}

TEST_F(TrustPolicyTest, takes_as_many_witnesses_as_the_limit_and_not_one_more) {
    policy.witnesses.clear();
    for (std::size_t i = 0; i < kPolicyWitnessesMax; ++i) {
        const std::string name = "n" + std::to_string(i);
        policy.witnesses.push_back(
            {.name = name,
             .key = key(static_cast<std::uint8_t>(100 + i), name, NoteKeyType::cosignature_v1)});
    }
    EXPECT_TRUE(policy_from_text(text()));
    policy.witnesses.push_back(
        {.name = "one-more", .key = key(200, "one-more", NoteKeyType::cosignature_v1)});
    EXPECT_EQ(error_of(text()), PolicyError::count);
}

TEST_F(TrustPolicyTest, three_of_four_witnesses_are_a_quorum_and_two_are_not) {
    EXPECT_EQ(quorum_error(), std::nullopt);
    note.signatures.pop_back();
    EXPECT_EQ(quorum_error(), QuorumError::too_few);
}

TEST_F(TrustPolicyTest, the_log_signs_first) {
    std::swap(note.signatures[0], note.signatures[1]);
    EXPECT_EQ(quorum_error(), QuorumError::log_signature);
}

TEST_F(TrustPolicyTest, no_witness_counts_twice_or_out_of_order) {
    note.signatures[3] = note.signatures[2];
    EXPECT_EQ(quorum_error(), QuorumError::order);
    note.signatures.pop_back();
    cosign(3);
    std::swap(note.signatures[2], note.signatures[3]);
    EXPECT_EQ(quorum_error(), QuorumError::order);
}

TEST_F(TrustPolicyTest, refuses_the_whole_note_for_one_bad_or_unknown_line) {
    cosign(3);
    note.signatures[4].signature[70] ^= 1;
    EXPECT_EQ(quorum_error(), QuorumError::cosignature);
    note.signatures[4].name = "dev.test/w5";
    EXPECT_EQ(quorum_error(), QuorumError::unknown_signer);
}

TEST_F(TrustPolicyTest, refuses_a_note_of_another_origin) {
    policy.logs[0].name = "dev.test/scratch";
    EXPECT_EQ(quorum_error(), QuorumError::origin);
}

TEST(TrustKeysTest, keys_have_one_spelling) {
    const TrustKeys keys{.receipt = {Hash32{2}, Hash32{1}, Hash32{2}}, .tsa = {Hash32{3}}};
    const std::string text = text_from_keys(keys);
    const auto parsed = keys_from_text(text);

    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->receipt, (std::vector<Hash32>{Hash32{1}, Hash32{2}}));
    EXPECT_EQ(text_from_keys(*parsed), text);
    EXPECT_TRUE(keys_from_text(""));
}

TEST(TrustKeysTest, refuses_other_spellings_by_name) {
    const auto error = [](const std::string& text) {
        const auto keys = keys_from_text(text);
        return keys ? PolicyError::oversize : keys.error();
    };
    const std::string one = "receipt " + hex(Hash32{1}) + "\n";
    const std::string two = "receipt " + hex(Hash32{2}) + "\n";
    const std::string tsa = "tsa " + hex(Hash32{1}) + "\n";
    EXPECT_TRUE(keys_from_text(one + two + tsa));
    EXPECT_EQ(error(two + one), PolicyError::duplicate);
    EXPECT_EQ(error(one + one), PolicyError::duplicate);
    EXPECT_EQ(error(tsa + one), PolicyError::duplicate);
    EXPECT_EQ(error("receipt 01\n"), PolicyError::line);
    EXPECT_EQ(error(one + "\n"), PolicyError::line);
    EXPECT_EQ(error(one.substr(0, one.size() - 1)), PolicyError::line);
}

}  // namespace
}  // namespace ropenet
