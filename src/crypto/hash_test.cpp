// Known answers, and that parts are nothing but concatenation.
#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ropenet::crypto {
namespace {

TEST(Hash, sha256_gives_the_answers_of_fips_180) {
    EXPECT_EQ(hex(sha256(BytesView{})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256(view_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256(view_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Hash, sm3_gives_the_answers_of_gbt_32905) {
    EXPECT_EQ(hex(sm3(view_of("abc"))),
              "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    std::string abcd;
    for (int i = 0; i < 16; ++i)
        abcd += "abcd";
    EXPECT_EQ(hex(sm3(view_of(abcd))),
              "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

TEST(Hash, parts_hash_as_their_concatenation) {
    const std::string text(200, 'x');
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const BytesView whole = view_of(text);
        EXPECT_EQ(sha256({whole.first(cut), {}, whole.subspan(cut)}), sha256(whole));
        EXPECT_EQ(sm3({whole.first(cut), {}, whole.subspan(cut)}), sm3(whole));
    }
}

TEST(Hash, pieces_hash_as_their_concatenation_and_the_next_ones_anew) {
    Sha256 hash;
    EXPECT_EQ(hash.finish(), sha256(BytesView{}));
    hash.update(view_of("ab"));
    hash.update({});
    hash.update(view_of("c"));
    EXPECT_EQ(hash.finish(), sha256(view_of("abc")));
    hash.update(view_of("d"));
    EXPECT_EQ(hash.finish(), sha256(view_of("d")));
}

TEST(Hash, no_parts_hash_as_the_empty_string) {
    EXPECT_EQ(sha256(std::initializer_list<BytesView>{}), sha256(BytesView{}));
    EXPECT_EQ(sm3(std::initializer_list<BytesView>{}), sm3(BytesView{}));
}

}  // namespace
}  // namespace ropenet::crypto
