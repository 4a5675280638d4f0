#include "types/tlog_proof.hpp"

#include <gtest/gtest.h>

namespace ropenet {
namespace {

const std::string kHash = base64(Hash32{7});
const std::string kNote = "dev.test/register\n3\n" + kHash + "\n\n— dev.test/register AAAAAAA=\n";

TlogProofError error_of(const std::string& text) {
    const auto proof = proof_from_text(text);
    EXPECT_FALSE(proof) << text;
    return proof ? TlogProofError::too_many : proof.error();
}

TEST(TlogProofTest, text_then_proof_is_the_identity) {
    for (const std::size_t hashes : {std::size_t{0}, std::size_t{2}, kProofHashesMax}) {
        const TlogProof proof{
            .index = 5, .path = std::vector<Hash32>(hashes, Hash32{7}), .note = kNote};
        const std::string text = text_from_proof(proof);
        const auto parsed = proof_from_text(text);

        ASSERT_TRUE(parsed);
        EXPECT_EQ(*parsed, proof);
        EXPECT_EQ(text_from_proof(*parsed), text);
    }
}

TEST(TlogProofTest, is_written_as_the_specification_shows) {
    EXPECT_EQ(text_from_proof({.index = 5, .path = {Hash32{7}}, .note = "note\n"}),
              "c2sp.org/tlog-proof@v1\nindex 5\n" + kHash + "\n\nnote\n");
}

TEST(TlogProofTest, refuses_other_forms_by_name) {
    const std::string head = "c2sp.org/tlog-proof@v1\n";
    EXPECT_EQ(error_of(""), TlogProofError::header);
    EXPECT_EQ(error_of("c2sp.org/tlog-proof@v2\nindex 5\n\n" + kNote), TlogProofError::header);
    EXPECT_EQ(error_of(head + "extra AAAA\nindex 5\n\n" + kNote), TlogProofError::index);
    EXPECT_EQ(error_of(head + "index 05\n\n" + kNote), TlogProofError::index);
    EXPECT_EQ(error_of(head + "index 5"), TlogProofError::index);
    EXPECT_EQ(error_of(head + "index 5\nAAAA\n\n" + kNote), TlogProofError::hash);
    EXPECT_EQ(error_of(head + "index 5\n" + kHash + " \n\n" + kNote), TlogProofError::hash);
    EXPECT_EQ(error_of(head + "index 5\n" + kHash + "\n"), TlogProofError::note);
    EXPECT_EQ(error_of(head + "index 5\n\n"), TlogProofError::note);
    std::string many = head + "index 5\n";
    for (std::size_t i = 0; i <= kProofHashesMax; ++i)
        many += kHash + "\n";
    EXPECT_EQ(error_of(many + "\n" + kNote), TlogProofError::too_many);
}

}  // namespace
}  // namespace ropenet
