// The examples of RFC 8949 appendix A, and of appendix F what is not well-formed.
#include <gtest/gtest.h>

#include "codec/cbor.hpp"

namespace ropenet::cbor {
namespace {

Bytes unhex(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    EXPECT_TRUE(bytes) << text;
    return bytes.value_or(Bytes{});
}

std::string refusal_of(std::string_view text) {
    const auto value = decode_value(unhex(text));
    return value ? "accepted" : std::string{name_of(value.error())};
}

Array count_to(std::uint64_t last) {
    Array out;
    for (std::uint64_t i = 1; i <= last; ++i)
        out.emplace_back(i);
    return out;
}

Value array(std::initializer_list<Value> items) {
    return Value{Array{items}};
}

TEST(CborAppendixA, takes_what_is_deterministic_and_gives_the_same_bytes) {
    const std::pair<std::string_view, Value> cases[] = {
        {"00", 0},
        {"01", 1},
        {"0a", 10},
        {"17", 23},
        {"1818", 24},
        {"1819", 25},
        {"1864", 100},
        {"1903e8", 1000},
        {"1a000f4240", 1'000'000},
        {"1b000000e8d4a51000", 1'000'000'000'000},
        {"1bffffffffffffffff", 18'446'744'073'709'551'615U},
        {"20", -1},
        {"29", -10},
        {"3863", -100},
        {"3903e7", -1000},
        {"f4", false},
        {"f5", true},
        {"f6", nullptr},
        {"40", Bytes{}},
        {"4401020304", Bytes{1, 2, 3, 4}},
        {"60", ""},
        {"6161", "a"},
        {"6449455446", "IETF"},
        {"62225c", "\"\\"},
        {"62c3bc", "\u00fc"},
        {"63e6b0b4", "\u6c34"},
        {"64f0908591", "\U00010151"},
        {"80", array({})},
        {"83010203", array({1, 2, 3})},
        {"8301820203820405", array({1, array({2, 3}), array({4, 5})})},
        {"98190102030405060708090a0b0c0d0e0f101112131415161718181819", Value{count_to(25)}},
        {"a0", Map{}},
        {"a201020304", Map{{1, 2}, {3, 4}}},
        {"a26161016162820203", Map{{"a", 1}, {"b", array({2, 3})}}},
        {"826161a161626163", array({"a", Map{{"b", "c"}}})},
        {"a56161614161626142616361436164614461656145",
         Map{{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}, {"e", "E"}}},
    };
    for (const auto& [text, value] : cases) {
        const auto decoded = decode_value(unhex(text));
        ASSERT_TRUE(decoded) << text;
        EXPECT_EQ(*decoded, value) << text;
        EXPECT_EQ(hex(encode_value(value)), text);
    }
}

TEST(CborAppendixA, refuses_the_rest_by_name) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"3bffffffffffffffff", "out_of_range"},
        {"c249010000000000000000", "unsupported"},
        {"c349010000000000000000", "unsupported"},
        {"f90000", "unsupported"},
        {"f98000", "unsupported"},
        {"f93c00", "unsupported"},
        {"fb3ff199999999999a", "unsupported"},
        {"fa47c35000", "unsupported"},
        {"f97c00", "unsupported"},
        {"f97e00", "unsupported"},
        {"fa7fc00000", "unsupported"},
        {"fb7ff8000000000000", "unsupported"},
        {"f7", "unsupported"},
        {"f0", "unsupported"},
        {"f818", "unsupported"},
        {"f8ff", "unsupported"},
        {"c074323031332d30332d32315432303a30343a30305a", "unsupported"},
        {"c11a514b67b0", "unsupported"},
        {"c1fb41d452d9ec200000", "unsupported"},
        {"d74401020304", "unsupported"},
        {"d818456449455446", "unsupported"},
        {"d82076687474703a2f2f7777772e6578616d706c652e636f6d", "unsupported"},
        {"5f42010243030405ff", "indefinite"},
        {"7f657374726561646d696e67ff", "indefinite"},
        {"9fff", "indefinite"},
        {"9f018202039f0405ffff", "indefinite"},
        {"83018202039f0405ff", "indefinite"},
        {"83019f0203ff820405", "indefinite"},
        {"bf61610161629f0203ffff", "indefinite"},
        {"826161bf61626163ff", "indefinite"},
        {"bf6346756ef563416d7421ff", "indefinite"},
    };
    for (const auto& [text, reason] : cases)
        EXPECT_EQ(refusal_of(text), reason) << text;
}

TEST(CborAppendixF, refuses_what_is_not_well_formed_by_name) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        // The input ends inside a head, a string, an array, a map.
        {"", "truncated"},
        {"18", "truncated"},
        {"19", "truncated"},
        {"1a", "truncated"},
        {"1b", "truncated"},
        {"1901", "truncated"},
        {"1a0102", "truncated"},
        {"1b01020304050607", "truncated"},
        {"38", "truncated"},
        {"58", "truncated"},
        {"41", "truncated"},
        {"61", "truncated"},
        {"5affffffff00", "truncated"},
        {"5bffffffffffffffff010203", "truncated"},
        {"7affffffff00", "truncated"},
        {"7b7fffffffffffffff010203", "truncated"},
        {"81", "truncated"},
        {"818181818181818181", "truncated"},
        {"8200", "truncated"},
        {"a1", "truncated"},
        {"a20102", "truncated"},
        {"a100", "truncated"},
        {"a2000000", "truncated"},
        // Reserved values of the additional information.
        {"1c", "unsupported"},
        {"3d", "unsupported"},
        {"5e", "unsupported"},
        {"7c", "unsupported"},
        {"9d", "unsupported"},
        {"be", "unsupported"},
        {"dc", "unsupported"},
        {"fc", "unsupported"},
        // Simple values in two bytes that have one.
        {"f800", "unsupported"},
        {"f818", "unsupported"},
        {"f81f", "unsupported"},
        // A break, and indefinite length where there is none.
        {"ff", "indefinite"},
        {"81ff", "indefinite"},
        {"a1ff", "truncated"},  // one byte cannot hold a pair
        {"a100ff", "indefinite"},
        {"1f", "unsupported"},
        {"3f", "unsupported"},
        {"df", "unsupported"},
        {"5f00", "indefinite"},
    };
    for (const auto& [text, reason] : cases)
        EXPECT_EQ(refusal_of(text), reason) << text;
}

}  // namespace
}  // namespace ropenet::cbor
