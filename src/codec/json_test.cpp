#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/testing/split_mix.hpp"
#include "codec/json_number.hpp"

namespace ropenet::json {
namespace {

std::string refusal_of(std::string_view text, const Limits& limits = {}) {
    const auto value = parse(text, limits);
    return value ? "accepted" : std::string{name_of(value.error())};
}

std::string canonical(std::string_view text) {
    const auto value = parse(text);
    if (!value) return std::string{name_of(value.error())};
    const auto out = jcs(*value);
    return out ? *out : std::string{name_of(out.error())};
}

TEST(Json, reads_each_kind_of_value) {
    const auto value = parse(R"({"n":null,"t":true,"i":-5,"u":18446744073709551615,"d":1.5,
                                 "s":"a\u7ef3\ud83d\ude00\n\/","a":[1,[]],"o":{}})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->size(), 8U);
    EXPECT_TRUE(value->find("n")->is_null());
    EXPECT_EQ(value->find("t")->as_bool(), true);
    EXPECT_EQ(value->find("i")->as_int(), -5);
    EXPECT_EQ(value->find("i")->as_uint(), std::nullopt);
    EXPECT_EQ(value->find("u")->as_uint(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(value->find("u")->as_int(), std::nullopt);
    EXPECT_EQ(value->find("d")->as_double(), 1.5);
    EXPECT_EQ(value->find("d")->as_int(), std::nullopt);
    EXPECT_EQ(*value->find("s")->as_string(), "a绳😀\n/");
    EXPECT_EQ(value->find("a")->as_array()->size(), 2U);
    EXPECT_NE(value->find("o")->as_object(), nullptr);
    EXPECT_EQ(value->find("x"), nullptr);
    EXPECT_EQ(value->find("a")->find("x"), nullptr);
}

TEST(Json, keeps_the_order_of_members) {
    const std::string text = R"({"z":1,"a":{"y":2,"b":3},"m":4})";
    EXPECT_EQ(serialize(*parse(text)), text);
}

TEST(Json, is_built_in_place) {
    const std::uint64_t height = 3;
    const Value value{Object{
        {"height", height}, {"name", "x"}, {"ok", true}, {"list", Value{Array{1, "b", nullptr}}}}};
    EXPECT_EQ(serialize(value), R"({"height":3,"name":"x","ok":true,"list":[1,"b",null]})");
    EXPECT_EQ(serialize(Value{std::numeric_limits<std::uint64_t>::max()}), "18446744073709551615");
    EXPECT_EQ(Value{3U}, Value{3});
}

TEST(Json, refuses_what_is_not_one_value) {
    for (const auto* text : {"",
                             " ",
                             "{",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "[1 2]",
                             "01",
                             "+1",
                             ".5",
                             "1.",
                             "1e",
                             "nul",
                             "'a'",
                             "\"a",
                             "\"\n\"",
                             "\"\\x\"",
                             "1 2",
                             "{} {}",
                             "//\n1",
                             "NaN",
                             "Infinity",
                             "\xEF\xBB\xBF"
                             "1",
                             "{\"a\"}",
                             "]",
                             "-"}) {
        EXPECT_EQ(refusal_of(text), "syntax") << text;
    }
    EXPECT_EQ(refusal_of(" \r\n\t[ 1 , 2 ] \n"), "accepted");
}

TEST(Json, refuses_a_name_given_twice_however_it_is_spelled) {
    EXPECT_EQ(refusal_of(R"({"a":1,"b":2,"a":3})"), "duplicate_key");
    EXPECT_EQ(refusal_of(R"({"a":1,"\u0061":3})"), "duplicate_key");
    EXPECT_EQ(refusal_of(R"([{"x":{"":1,"":2}}])"), "duplicate_key");
    EXPECT_EQ(refusal_of(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"), "accepted");
}

TEST(Json, refuses_what_is_not_utf8) {
    EXPECT_EQ(refusal_of("\"\xC3\x28\""), "invalid_utf8");
    EXPECT_EQ(refusal_of("\"\xED\xA0\x80\""), "invalid_utf8");
    // The parser misses the second escape before it sees the lone half.
    EXPECT_EQ(refusal_of(R"("\ud83d")"), "syntax");
    EXPECT_EQ(refusal_of(R"("\ud83dx")"), "syntax");
    EXPECT_EQ(refusal_of(R"("\ude00")"), "invalid_utf8");
    EXPECT_EQ(refusal_of(R"("\ud83d\u0041")"), "invalid_utf8");
}

TEST(Json, takes_the_deepest_allowed_and_nothing_deeper) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(refusal_of(nested(kJsonDepthMax)), "accepted");
    EXPECT_EQ(refusal_of(nested(kJsonDepthMax + 1)), "depth");
    EXPECT_EQ(refusal_of(std::string(100'000, '[')), "depth");
    EXPECT_EQ(refusal_of("[[1]]", {.depth_max = 2}), "accepted");
    EXPECT_EQ(refusal_of("[[1]]", {.depth_max = 1}), "depth");
    EXPECT_EQ(refusal_of(R"({"a":{}})", {.depth_max = 1}), "depth");
}

TEST(Json, refuses_a_text_longer_than_the_limit) {
    EXPECT_EQ(refusal_of("[1]", {.bytes_max = 3}), "accepted");
    EXPECT_EQ(refusal_of("[1]", {.bytes_max = 2}), "too_large");
}

TEST(Json, reads_numbers_exactly_and_refuses_what_no_double_holds) {
    EXPECT_EQ(parse("9223372036854775807")->as_int(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse("-9223372036854775808")->as_int(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parse("9223372036854775808")->as_uint(), 9'223'372'036'854'775'808U);
    EXPECT_EQ(parse("18446744073709551616")->as_uint(), std::nullopt);
    EXPECT_EQ(parse("18446744073709551616")->as_double(), 18446744073709551616.0);
    EXPECT_EQ(parse("5e-324")->as_double(), std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(parse("1.7976931348623157e308")->as_double(), std::numeric_limits<double>::max());
    EXPECT_EQ(parse("9007199254740993.0")->as_double(), 9007199254740992.0);
    EXPECT_EQ(refusal_of("1e309"), "out_of_range");
    EXPECT_EQ(refusal_of("-1e999999999999"), "out_of_range");
}

TEST(Json, escapes_what_must_be_and_nothing_else) {
    std::string all;
    for (char c = 0; c < 0x23; ++c)
        all += c;
    EXPECT_EQ(serialize(Value{all}),
              R"("\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f)"
              R"(\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c)"
              R"(\u001d\u001e\u001f !\"")");
    EXPECT_EQ(serialize(Value{"\\/\x7f绳"}), "\"\\\\/\x7f绳\"");
    EXPECT_EQ(*parse(serialize(Value{all})), Value{all});
    EXPECT_EQ(serialize(Value{std::nan("")}), "null");
}

TEST(Json, writes_prettily_with_two_spaces_a_level) {
    const auto value = parse(R"({"a":[1,{"b":[]}],"c":{}})");
    EXPECT_EQ(serialize_pretty(*value),
              "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}\n");
}

TEST(Jcs, gives_the_example_of_rfc_8785_section_3_2_2) {
    EXPECT_EQ(
        canonical(
            R"({"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                      "literals": [null, true, false]})"),
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
        R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
}

TEST(Jcs, sorts_names_as_rfc_8785_section_3_2_3) {
    EXPECT_EQ(canonical(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,
                            "\u00f6":7,"":8,"10":9,"\ud7ff":10,"\ue000":11,"\uffff":12,
                            "\udbff\udfff":13})"),
              "{\"\":8,\"\\r\":2,\"1\":4,\"10\":9,\"\u0080\":6,\"ö\":7,\"€\":1,\"\uD7FF\":10,"
              "\"😀\":5,\"\U0010FFFF\":13,\"\uE000\":11,\"\uFB33\":3,\"\uFFFF\":12}");
}

TEST(Jcs, writes_the_numbers_of_rfc_8785_appendix_b) {
    const std::pair<std::uint64_t, std::string_view> cases[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (const auto& [bits, text] : cases) {
        const auto number = std::bit_cast<double>(bits);
        EXPECT_EQ(es6_number(number), text);
        EXPECT_EQ(double_from(text), number == 0 ? 0 : number);
    }
    EXPECT_EQ(jcs(Value{std::bit_cast<double>(std::uint64_t{0x7fffffffffffffff})}).error(),
              JsonError::out_of_range);
    EXPECT_EQ(jcs(Value{std::bit_cast<double>(std::uint64_t{0x7ff0000000000000})}).error(),
              JsonError::out_of_range);
}

TEST(Jcs, takes_integers_to_2_to_the_53_and_beyond_only_what_a_double_spells_alike) {
    EXPECT_EQ(canonical("[9007199254740992,-9007199254740992]"),
              "[9007199254740992,-9007199254740992]");
    EXPECT_EQ(canonical("9007199254740993"), "out_of_range");
    EXPECT_EQ(canonical("-9007199254740993"), "out_of_range");
    EXPECT_EQ(canonical("-9223372036854775808"), "out_of_range");
    EXPECT_EQ(canonical("18446744073709551615"), "out_of_range");
    EXPECT_EQ(canonical("[9007199254740994,922303685e7]"), "[9007199254740994,9223036850000000]");
    EXPECT_EQ(canonical("9223372036854776000"), "9223372036854776000");
    EXPECT_EQ(canonical("9223372036854775808"), "out_of_range");
    EXPECT_EQ(canonical("[1.0,-0,-0.0,1e2]"), "[1,0,0,100]");
}

TEST(Jcs, refuses_what_was_built_wrong) {
    EXPECT_EQ(jcs(Value{Object{{"a", 1}, {"b", 2}, {"a", 3}}}).error(), JsonError::duplicate_key);
    EXPECT_EQ(jcs(Value{"\xC3"}).error(), JsonError::invalid_utf8);
    EXPECT_EQ(jcs(Value{Object{{"\xC3", 1}}}).error(), JsonError::invalid_utf8);
    Value nested{Array{}};
    for (std::size_t i = 1; i < kJsonDepthMax; ++i)
        nested = Value{Array{nested}};
    EXPECT_TRUE(jcs(nested));
    EXPECT_EQ(jcs(Value{Array{nested}}).error(), JsonError::depth);
}

TEST(Jcs, reads_back_every_drawn_double_exactly) {
    vectors::SplitMix random{4};
    for (int i = 0; i < 20'000; ++i) {
        const auto number = std::bit_cast<double>(random.next());
        if (!std::isfinite(number)) continue;
        ASSERT_EQ(double_from(es6_number(number)), number);
        ASSERT_EQ(parse(serialize(Value{number}))->as_double(), number);
    }
}

}  // namespace
}  // namespace ropenet::json
