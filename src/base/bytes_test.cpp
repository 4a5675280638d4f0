#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace ropenet {
namespace {

TEST(BytesTest, hex_round_trips_every_byte) {
    Bytes all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<std::uint8_t>(i));

    EXPECT_EQ(bytes_from_hex(hex(all)), all);
}

TEST(BytesTest, hex_refuses_upper_case_odd_length_and_other_characters) {
    EXPECT_EQ(bytes_from_hex("AB"), std::nullopt);
    EXPECT_EQ(bytes_from_hex("abc"), std::nullopt);
    EXPECT_EQ(bytes_from_hex("0g"), std::nullopt);
}

TEST(BytesTest, base64_gives_the_vectors_of_rfc_4648) {
    EXPECT_EQ(base64(view_of("")), "");
    EXPECT_EQ(base64(view_of("f")), "Zg==");
    EXPECT_EQ(base64(view_of("fo")), "Zm8=");
    EXPECT_EQ(base64(view_of("foo")), "Zm9v");
    EXPECT_EQ(base64(view_of("foobar")), "Zm9vYmFy");
}

TEST(BytesTest, base64_round_trips_every_remainder) {
    for (const auto* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        EXPECT_EQ(bytes_from_base64(base64(view_of(text))), to_bytes(std::string_view{text}));
    }
}

TEST(BytesTest, base64_refuses_a_second_spelling_of_the_same_bytes) {
    EXPECT_EQ(bytes_from_base64("Zh=="), std::nullopt);
    EXPECT_EQ(bytes_from_base64("Zm9="), std::nullopt);
    EXPECT_EQ(bytes_from_base64("Zg"), std::nullopt);
    EXPECT_EQ(bytes_from_base64("Z==="), std::nullopt);
    EXPECT_EQ(bytes_from_base64("Zg==Zg=="), std::nullopt);
    EXPECT_EQ(bytes_from_base64("Zm 9"), std::nullopt);
}

TEST(BytesTest, hash32_takes_exactly_32_bytes) {
    EXPECT_TRUE(hash32_from(Bytes(32)));
    EXPECT_FALSE(hash32_from(Bytes(31)));
    EXPECT_FALSE(hash32_from(Bytes(33)));
}

TEST(BytesTest, be64_round_trips) {
    Bytes out;
    append_be64(out, 0x0102030405060708ULL);

    EXPECT_EQ(hex(out), "0102030405060708");
    EXPECT_EQ(be64_from(std::span<const std::uint8_t, 8>{out}), 0x0102030405060708ULL);
}

}  // namespace
}  // namespace ropenet
