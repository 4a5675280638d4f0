#include "codec/cbor.hpp"

#include <gtest/gtest.h>

#include "base/testing/conformance.hpp"
#include "codec/testing/draw_value.hpp"
#include "crypto/hash.hpp"

namespace ropenet::cbor {
namespace {

Bytes unhex(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    EXPECT_TRUE(bytes) << text;
    return bytes.value_or(Bytes{});
}

template <typename T>
std::string refusal_of(const Expected<T, CborError>& result) {
    return result ? "accepted" : std::string{name_of(result.error())};
}

std::string refusal_of(std::string_view text) {
    return refusal_of(decode_value(unhex(text)));
}

Bytes nested_arrays(std::size_t depth) {
    Bytes out(depth, 0x81);
    out.push_back(0x00);
    return out;
}

Bytes nested_maps(std::size_t depth) {
    Bytes out;
    for (std::size_t i = 0; i < depth; ++i)
        append(out, Bytes{0xA1, 0x00});
    out.push_back(0x00);
    return out;
}

TEST(CborValue, refuses_each_integer_and_length_that_is_not_shortest) {
    for (const auto* text :
         {"1800", "1817", "190018", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817", "3900ff",
          "5800", "5817", "590001", "7800", "9800", "980100", "b800", "b8010000", "d80100"}) {
        EXPECT_EQ(refusal_of(text), "not_shortest") << text;
    }
    for (const auto* text : {"1818", "18ff", "190100", "19ffff", "1a00010000", "1affffffff",
                             "1b0000000100000000", "3818"}) {
        EXPECT_EQ(refusal_of(text), "accepted") << text;
    }
}

TEST(CborValue, takes_negative_integers_down_to_the_last_int64) {
    const auto last = decode_value(unhex("3b7fffffffffffffff"));
    ASSERT_TRUE(last);
    EXPECT_EQ(*last, Value{std::numeric_limits<std::int64_t>::min()});
    EXPECT_EQ(hex(encode_value(*last)), "3b7fffffffffffffff");
    EXPECT_EQ(refusal_of("3b8000000000000000"), "out_of_range");
}

TEST(CborValue, refuses_bytes_after_the_item) {
    EXPECT_EQ(refusal_of("0000"), "trailing");
    EXPECT_EQ(refusal_of("8000"), "trailing");
}

TEST(CborValue, refuses_keys_that_do_not_rise_bytewise) {
    EXPECT_EQ(refusal_of("a2000018180a"), "accepted");
    EXPECT_EQ(refusal_of("a201000000"), "key_order");
    EXPECT_EQ(refusal_of("a200000000"), "key_order");  // twice the same
    EXPECT_EQ(refusal_of("a21818001700"), "key_order");
    EXPECT_EQ(refusal_of("a220000100"), "key_order");        // -1 before 1
    EXPECT_EQ(refusal_of("a2616200616100"), "key_order");    // "b" before "a"
    EXPECT_EQ(refusal_of("a262616100616200"), "key_order");  // "aa" before "b": longer first
    EXPECT_EQ(refusal_of("a261620062616100"), "accepted");
    EXPECT_EQ(refusal_of("a28101008000"), "key_order");
    EXPECT_EQ(refusal_of("a28000810100"), "accepted");     // arrays as keys
    EXPECT_EQ(refusal_of("a100a201000000"), "key_order");  // in a map inside
    EXPECT_EQ(refusal_of("a2a201000000000100"), "key_order");
}

TEST(CborValue, compares_a_key_again_after_a_container_as_value) {
    EXPECT_EQ(refusal_of("a201a105000280"), "accepted");
    EXPECT_EQ(refusal_of("a202a105000180"), "key_order");
    EXPECT_EQ(refusal_of("a202800180"), "key_order");
}

TEST(CborValue, refuses_text_that_is_not_utf8) {
    for (const auto* text : {"6180", "61c3", "62c080", "63e08080", "63eda080", "64f4908080",
                             "64f0808080", "61ff", "6961616161616161c328"}) {
        EXPECT_EQ(refusal_of(text), "invalid_utf8") << text;
    }
}

TEST(CborValue, takes_the_deepest_allowed_and_nothing_deeper) {
    EXPECT_EQ(refusal_of(decode_value(nested_arrays(kDepthMax))), "accepted");
    EXPECT_EQ(refusal_of(decode_value(nested_arrays(kDepthMax + 1))), "depth");
    EXPECT_EQ(refusal_of(decode_value(nested_maps(kDepthMax))), "accepted");
    EXPECT_EQ(refusal_of(decode_value(nested_maps(kDepthMax + 1))), "depth");
    Bytes empty_one_too_deep(kDepthMax, 0x81);
    empty_one_too_deep.push_back(0x80);
    EXPECT_EQ(refusal_of(decode_value(empty_one_too_deep)), "depth");
    EXPECT_EQ(refusal_of(decode_value(Bytes(60'000, 0x81))), "depth");
    EXPECT_EQ(depth_of(*decode_value(nested_maps(kDepthMax))), kDepthMax);
}

TEST(CborValue, refuses_a_count_beyond_the_input_before_it_reserves) {
    EXPECT_EQ(refusal_of("9bffffffffffffffff00"), "truncated");
    EXPECT_EQ(refusal_of("bb7fffffffffffffff0000"), "truncated");
    EXPECT_EQ(refusal_of("bbffffffffffffffff0000"), "truncated");
    EXPECT_EQ(refusal_of("9a0000000200"), "not_shortest");
    EXPECT_EQ(refusal_of("a2000001"), "truncated");
}

TEST(CborValue, sorts_map_keys_when_encoding) {
    const Map map{{"bb", 1}, {"a", 2}, {-1, 3}, {10, 4}, {100, 5}, {false, 6}};
    EXPECT_EQ(hex(encode_value(map)), "a60a04186405200361610262626201f406");
}

TEST(CborValueDeathTest, stops_at_a_key_given_twice) {
    const Map map{{"a", 1}, {"b", 2}, {"a", 3}};
    EXPECT_DEATH(encode_value(map), "check failed");
}

TEST(CborValue, finds_by_text_and_by_number) {
    const Value map = Map{{1, "one"}, {"a", 2u}};
    ASSERT_NE(map.find("a"), nullptr);
    EXPECT_EQ(*map.find("a"), Value{2});
    EXPECT_EQ(*map.find(1), Value{"one"});
    EXPECT_EQ(map.find("b"), nullptr);
    EXPECT_EQ(map.find(2), nullptr);
    EXPECT_EQ(Value{1}.find("a"), nullptr);
    EXPECT_EQ(map.size(), 2U);
}

TEST(CborValue, answers_its_kind_and_only_that) {
    const Value number{7};
    EXPECT_EQ(number.kind(), Kind::unsigned_integer);
    ASSERT_NE(number.as_uint(), nullptr);
    EXPECT_EQ(number.as_negative(), nullptr);
    EXPECT_EQ(number.as_text(), nullptr);
    EXPECT_EQ(Value{-7}.kind(), Kind::negative_integer);
    EXPECT_EQ(Value{"x"}.kind(), Kind::text);
    EXPECT_EQ(Value{Bytes{}}.kind(), Kind::bytes);
    EXPECT_EQ(Value{Array{}}.kind(), Kind::array);
    EXPECT_EQ(Value{Map{}}.kind(), Kind::map);
    EXPECT_EQ(Value{true}.kind(), Kind::boolean);
    EXPECT_TRUE(Value{}.is_null());
}

TEST(CborValue, comes_back_as_it_was_for_thousands_of_drawn_values) {
    vectors::SplitMix random{1};
    for (int i = 0; i < 3000; ++i) {
        const Bytes encoded = encode_value(draw_value(random, 1 + random.below(6)));
        const auto decoded = decode_value(encoded);
        ASSERT_TRUE(decoded) << name_of(decoded.error()) << ' ' << hex(encoded);
        ASSERT_EQ(encode_value(*decoded), encoded);
    }
}

TEST(CborValue, refuses_every_beginning_of_a_drawn_value_as_truncated) {
    vectors::SplitMix random{2};
    for (int i = 0; i < 60; ++i) {
        const Bytes encoded = encode_value(draw_value(random, 3));
        for (std::size_t size = 0; size < encoded.size(); ++size) {
            const auto decoded = decode_value(BytesView{encoded}.first(size));
            ASSERT_FALSE(decoded);
            ASSERT_EQ(decoded.error(), CborError::truncated) << hex(encoded) << ' ' << size;
        }
    }
}

// One value has one spelling: whatever one flipped bit makes is refused or another value.
TEST(CborValue, never_reads_two_spellings_as_one_value) {
    vectors::SplitMix random{3};
    for (int i = 0; i < 2000; ++i) {
        Bytes encoded = encode_value(draw_value(random, 3));
        const Bytes original = encoded;
        encoded[random.below(encoded.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
        const auto decoded = decode_value(encoded);
        if (!decoded) continue;
        ASSERT_EQ(encode_value(*decoded), encoded);
        ASSERT_NE(*decoded, *decode_value(original));
    }
}

TEST(CborConformance, keeps_its_encoding) {
    const std::string failure = vectors::check_conformance(
        "cbor_value", [](vectors::SplitMix& random) { return encode_value(draw_value(random, 4)); },
        [](BytesView bytes) { return crypto::sha256(bytes); });
    EXPECT_EQ(failure, "");
}

}  // namespace
}  // namespace ropenet::cbor
