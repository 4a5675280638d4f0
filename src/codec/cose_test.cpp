#include "codec/cose.hpp"

#include <gtest/gtest.h>

namespace ropenet::cose {
namespace {

std::string refusal_of(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    EXPECT_TRUE(bytes) << text;
    const auto message = decode_sign1(bytes.value_or(Bytes{}));
    return message ? "accepted" : std::string{cbor::name_of(message.error())};
}

// RFC 9052 appendix C.2.1: ES256, key "11", content "This is the content.".
constexpr std::string_view kRfc9052 =
    "d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34"
    "cc"
    "6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345"
    "ca"
    "cb36";

TEST(Sign1, reads_the_example_of_rfc_9052_and_writes_it_back) {
    const auto message = decode_sign1(*bytes_from_hex(kRfc9052));
    ASSERT_TRUE(message);
    EXPECT_EQ(hex(message->protected_bytes), "a10126");
    EXPECT_EQ(hex(message->unprotected), "a104423131");
    EXPECT_EQ(message->payload, to_bytes("This is the content."));
    EXPECT_EQ(message->signature.size(), 64U);
    EXPECT_EQ(hex(encode_sign1(*message)), kRfc9052);
}

TEST(Sign1, builds_the_sig_structure_of_rfc_9052) {
    // The external data of the RFC's own example is h'11aa22bb33cc44dd5500669900'; ours is empty.
    EXPECT_EQ(hex(sig_structure(*bytes_from_hex("a10126"), view_of("This is the content."))),
              "846a5369676e61747572653143a101264054546869732069732074686520636f6e74656e742e");
}

TEST(Sign1, tells_a_detached_payload_from_an_empty_one) {
    const Sign1 detached{.protected_bytes = {0xA0}, .payload = std::nullopt, .signature = {1}};
    EXPECT_EQ(hex(encode_sign1(detached)), "d28441a0a0f64101");
    EXPECT_EQ(*decode_sign1(encode_sign1(detached)), detached);
    const Sign1 empty{.protected_bytes = {0xA0}, .payload = Bytes{}, .signature = {1}};
    EXPECT_EQ(hex(encode_sign1(empty)), "d28441a0a0404101");
    EXPECT_EQ(*decode_sign1(encode_sign1(empty)), empty);
}

TEST(Sign1, refuses_each_field_of_another_type) {
    EXPECT_EQ(refusal_of("d28441a0a0404101"), "accepted");
    EXPECT_EQ(refusal_of("8441a0a0404101"), "unexpected_type");      // no tag
    EXPECT_EQ(refusal_of("d18441a0a0404101"), "unexpected_type");    // tag 17
    EXPECT_EQ(refusal_of("d28341a0a040"), "unexpected_type");        // three fields
    EXPECT_EQ(refusal_of("d28541a0a040410100"), "unexpected_type");  // five
    EXPECT_EQ(refusal_of("d284a0a0404101"), "unexpected_type");      // protected not wrapped
    EXPECT_EQ(refusal_of("d28441a040404101"), "unexpected_type");    // unprotected a bstr
    EXPECT_EQ(refusal_of("d28441a0a0604101"), "unexpected_type");    // payload text
    EXPECT_EQ(refusal_of("d28441a0a0f54101"), "unexpected_type");    // payload true
    EXPECT_EQ(refusal_of("d28441a0a040f6"), "unexpected_type");      // signature nil
}

TEST(Sign1, refuses_what_is_not_deterministic_or_not_whole) {
    EXPECT_EQ(refusal_of("d28441a0a040410100"), "trailing");
    EXPECT_EQ(refusal_of("d28441a0a0404102"), "accepted");
    EXPECT_EQ(refusal_of("d28441a0a04041"), "truncated");
    EXPECT_EQ(refusal_of("d8128441a0a0404101"), "not_shortest");
    EXPECT_EQ(refusal_of("d29f41a0a0404101ff"), "indefinite");
    EXPECT_EQ(refusal_of("d2845801a0a0404101"), "not_shortest");
    EXPECT_EQ(refusal_of("d28441a0bfff404101"), "indefinite");
    EXPECT_EQ(refusal_of("d28441a0a202000100404101"), "key_order");
    EXPECT_EQ(refusal_of(""), "truncated");
    EXPECT_EQ(refusal_of("d2"), "truncated");
}

TEST(Sign1View, points_into_the_message) {
    const Bytes bytes = *bytes_from_hex(kRfc9052);
    const auto view = decode_sign1_view(bytes);
    ASSERT_TRUE(view);
    ASSERT_TRUE(view->payload);
    EXPECT_EQ(view->protected_bytes.data(), bytes.data() + 3);
    EXPECT_EQ(view->signature.data() + view->signature.size(), bytes.data() + bytes.size());
    EXPECT_EQ(encode_sign1(*view), bytes);
}

}  // namespace
}  // namespace ropenet::cose
