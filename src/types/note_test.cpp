#include "types/note.hpp"

#include <gtest/gtest.h>

#include "keys/testing/fixed_signer.hpp"
#include "types/cosignature.hpp"

namespace ropenet {
namespace {

// The example of golang.org/x/mod/sumdb/note: a key and a note that we did not make.
constexpr std::string_view kForeignKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kForeignNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
    "E6RyyBwJnAM=\n";

NoteError error_of(std::string_view text) {
    const auto note = note_from_text(text);
    EXPECT_FALSE(note) << text;
    return note ? NoteError::oversize : note.error();
}

TEST(NoteTest, takes_a_foreign_note_and_its_key) {
    const auto key = key_from_vkey(kForeignKey);
    const auto note = note_from_text(kForeignNote);
    ASSERT_TRUE(key);
    ASSERT_TRUE(note);

    ASSERT_EQ(note->signatures.size(), 1U);
    EXPECT_TRUE(verify_note_signature(*key, note->signatures[0], note->text));
    EXPECT_EQ(text_from_note(*note), kForeignNote);
    EXPECT_EQ(vkey_from_key(*key), kForeignKey);
    EXPECT_EQ(key_id_of(*key), 0xc74f20a3U);
}

TEST(NoteTest, takes_the_key_of_the_go_checksum_database) {
    EXPECT_TRUE(
        key_from_vkey("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"));
}

TEST(NoteTest, a_signature_is_of_one_text_and_one_key_name) {
    const auto key = key_from_vkey(kForeignKey);
    const auto note = note_from_text(kForeignNote);
    ASSERT_TRUE(key);
    ASSERT_TRUE(note);
    NoteKey renamed = *key;
    renamed.name = "PeterNewmann";
    NoteSignature moved = note->signatures[0];
    moved.key_id ^= 1;

    EXPECT_FALSE(verify_note_signature(*key, note->signatures[0], note->text + "x\n"));
    EXPECT_FALSE(verify_note_signature(renamed, note->signatures[0], note->text));
    EXPECT_FALSE(verify_note_signature(*key, moved, note->text));
}

TEST(NoteTest, a_cosignature_covers_its_time) {
    const auto signer = keys::testing::fixed_signer(crypto::Alg::ed25519, 1);
    const auto point = signer->public_key().ed25519_point();
    ASSERT_TRUE(point);
    const NoteKey key{.name = "w.example", .type = NoteKeyType::cosignature_v1, .key = *point};
    const std::string text = "example.com/log\n1\nAAAA\n";
    const auto raw = signer->sign(cosignature_message(text, 1679315147));
    ASSERT_TRUE(raw);
    Cosignature cosignature{.time_s = 1679315147, .signature = {}};
    std::ranges::copy(*raw, cosignature.signature.begin());

    EXPECT_EQ(text_of(cosignature_message(text, 1679315147)),
              "cosignature/v1\ntime 1679315147\n" + text);
    EXPECT_TRUE(verify_note_signature(
        key, make_note_signature(key, encode_cosignature(cosignature)), text));
    ++cosignature.time_s;
    EXPECT_FALSE(verify_note_signature(
        key, make_note_signature(key, encode_cosignature(cosignature)), text));
}

TEST(NoteTest, a_cosignature_s_time_ends_at_two_to_the_63) {
    Bytes bytes(72, 0);
    bytes[0] = 0x7F;
    EXPECT_TRUE(decode_cosignature(bytes));
    bytes[0] = 0x80;
    EXPECT_FALSE(decode_cosignature(bytes));
    EXPECT_FALSE(decode_cosignature(Bytes(71, 0)));
    EXPECT_FALSE(decode_cosignature(Bytes(73, 0)));
}

TEST(NoteTest, refuses_other_forms_of_a_note_by_name) {
    EXPECT_EQ(error_of(""), NoteError::text);
    EXPECT_EQ(error_of("text\n"), NoteError::text);
    EXPECT_EQ(error_of("\n\n— a AAAAAAA=\n"), NoteError::text);
    EXPECT_EQ(error_of("text\n\n"), NoteError::no_signature);
    EXPECT_EQ(error_of("te\rxt\n\n— a AAAAAAA=\n"), NoteError::character);
    EXPECT_EQ(error_of("text\n\n— a AAAAAAA="), NoteError::signature);
    EXPECT_EQ(error_of("text\n\n- a AAAAAAA=\n"), NoteError::signature);
    EXPECT_EQ(error_of("text\n\n—  a AAAAAAA=\n"), NoteError::key_name);
    EXPECT_EQ(error_of("text\n\n— a  AAAAAAA=\n"), NoteError::signature);
    EXPECT_EQ(error_of("text\n\n— a+b AAAAAAA=\n"), NoteError::key_name);
    EXPECT_EQ(error_of("text\n\n— a AAAAAA==\n"), NoteError::signature);  // a key id alone
    EXPECT_EQ(error_of("text\n\n— a AAAAAAB=\n"), NoteError::signature);  // unused bits
    EXPECT_TRUE(note_from_text("text\n\n— a AAAAAAA=\n"));
}

TEST(NoteTest, takes_as_many_lines_as_the_limit_and_not_one_more) {
    std::string text = "text\n\n";
    for (std::size_t i = 0; i < kNoteSignaturesMax; ++i)
        text += "— a AAAAAAA=\n";
    EXPECT_TRUE(note_from_text(text));
    EXPECT_EQ(error_of(text + "— a AAAAAAA=\n"), NoteError::too_many);
    EXPECT_EQ(error_of(std::string(kNoteBytesMax + 1, 'x')), NoteError::oversize);
}

TEST(NoteTest, refuses_other_forms_of_a_key_by_name) {
    const auto error = [](std::string_view vkey) {
        const auto key = key_from_vkey(vkey);
        return key ? NoteError::oversize : key.error();
    };
    EXPECT_EQ(error("PeterNeumann+c74f20a3"), NoteError::key);
    EXPECT_EQ(error("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), NoteError::key_name);
    EXPECT_EQ(error("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
              NoteError::key_id);
    EXPECT_EQ(error("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
              NoteError::key_id);
    EXPECT_EQ(error("PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
              NoteError::key);  // type 2
    EXPECT_EQ(error("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q="),
              NoteError::key);
}

}  // namespace
}  // namespace ropenet
