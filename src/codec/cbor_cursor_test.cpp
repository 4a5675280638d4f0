// The typed cursor and the reader of maps by key.
#include <gtest/gtest.h>

#include "codec/cbor.hpp"

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

TEST(CborCursor, reads_back_what_the_encoder_wrote) {
    Encoder out{64};
    out.array(9).uint(500).sint(-500).sint(7).bytes(Bytes{1, 2}).text("绳");
    out.boolean(true).null().map(1).text("k").uint(1).tag(24).bytes(Bytes{0});
    const Bytes encoded = std::move(out).take();

    Decoder in{encoded};
    EXPECT_EQ(*in.array(), 9U);
    EXPECT_EQ(*in.uint(), 500U);
    EXPECT_EQ(*in.sint(), -500);
    EXPECT_EQ(*in.sint(), 7);
    EXPECT_EQ(to_bytes(*in.bytes()), (Bytes{1, 2}));
    EXPECT_EQ(*in.text(), "绳");
    EXPECT_EQ(*in.boolean(), true);
    EXPECT_TRUE(in.null());
    EXPECT_EQ(*in.map(), 1U);
    EXPECT_EQ(*in.text(), "k");
    EXPECT_EQ(*in.uint(), 1U);
    EXPECT_TRUE(in.tag(24));
    EXPECT_EQ(to_bytes(*in.bytes()), Bytes{0});
    EXPECT_TRUE(in.end());
}

TEST(CborCursor, encodes_the_ends_of_the_signed_range) {
    const auto encoded = [](std::int64_t value) { return hex(Encoder{}.sint(value).view()); };
    EXPECT_EQ(encoded(std::numeric_limits<std::int64_t>::min()), "3b7fffffffffffffff");
    EXPECT_EQ(encoded(std::numeric_limits<std::int64_t>::max()), "1b7fffffffffffffff");
    EXPECT_EQ(encoded(-24), "37");
    EXPECT_EQ(encoded(-25), "3818");
}

TEST(CborCursor, stays_where_it_was_after_an_unexpected_type) {
    const Bytes encoded = unhex("6161");
    Decoder in{encoded};
    EXPECT_EQ(refusal_of(in.uint()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.sint()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.bytes()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.array()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.map()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.boolean()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.null()), "unexpected_type");
    EXPECT_EQ(refusal_of(in.tag(18)), "unexpected_type");
    EXPECT_EQ(in.peek(), Kind::text);
    EXPECT_EQ(*in.text(), "a");
    EXPECT_EQ(in.peek(), std::nullopt);
}

TEST(CborCursor, tells_null_from_a_boolean) {
    const Bytes null = unhex("f6");
    EXPECT_EQ(refusal_of(Decoder{null}.boolean()), "unexpected_type");
    const Bytes flag = unhex("f4");
    EXPECT_EQ(refusal_of(Decoder{flag}.null()), "unexpected_type");
}

TEST(CborCursor, refuses_a_signed_integer_that_does_not_fit) {
    const Bytes large = unhex("1b8000000000000000");
    EXPECT_EQ(refusal_of(Decoder{large}.sint()), "out_of_range");
    EXPECT_EQ(refusal_of(Decoder{large}.uint()), "accepted");
}

TEST(CborCursor, takes_a_tag_only_where_asked_and_only_that_one) {
    const Bytes tagged = unhex("d280");
    EXPECT_EQ(refusal_of(Decoder{tagged}.tag(18)), "accepted");
    EXPECT_EQ(refusal_of(Decoder{tagged}.tag(17)), "unexpected_type");
    EXPECT_EQ(refusal_of(Decoder{tagged}.item()), "unsupported");
    const Bytes alone = unhex("d2");
    EXPECT_EQ(refusal_of(Decoder{alone}.tag(18)), "truncated");
}

TEST(CborCursor, gives_a_whole_item_and_refuses_a_bad_one_inside) {
    const Bytes good = unhex("8301a1018202030405");
    Decoder in{good};
    ASSERT_TRUE(in.array());
    EXPECT_EQ(hex(*in.item()), "01");
    EXPECT_EQ(hex(*in.item()), "a101820203");
    EXPECT_EQ(hex(*in.item()), "04");
    EXPECT_EQ(refusal_of(in.end()), "trailing");
    const Bytes bad = unhex("82a10181181700");
    EXPECT_EQ(refusal_of(Decoder{bad}.item()), "not_shortest");
}

TEST(CborCursor, is_not_at_its_end_with_items_unread) {
    const Bytes encoded = unhex("820102");
    Decoder in{encoded};
    ASSERT_TRUE(in.array());
    ASSERT_TRUE(in.uint());
    EXPECT_EQ(refusal_of(in.end()), "trailing");
    ASSERT_TRUE(in.uint());
    EXPECT_EQ(refusal_of(in.end()), "accepted");
}

TEST(CborCursor, checks_key_order_in_a_map_read_item_by_item) {
    const Bytes encoded = unhex("a202000100");
    Decoder in{encoded};
    ASSERT_TRUE(in.map());
    ASSERT_TRUE(in.uint());
    ASSERT_TRUE(in.uint());
    EXPECT_EQ(refusal_of(in.uint()), "key_order");
}

// The fixture is a record with a mandatory 1 and 4, an optional 2 and -1, and a text key.
struct Read {
    std::uint64_t one = 0;
    std::optional<std::string> two;
    std::uint64_t four = 0;
    bool minus_one = false;
    bool name = false;
};

Expected<Read, CborError> read_record(BytesView bytes) {
    Decoder in{bytes};
    ROPE_TRY(auto fields, in.fields());
    Read out;
    if (const auto done = fields.require(1); !done) return Unexpected{done.error()};
    ROPE_TRY(out.one, in.uint());
    ROPE_TRY(const bool has_two, fields.has(2));
    if (has_two) {
        ROPE_TRY(const std::string_view text, in.text());
        out.two = std::string{text};
    }
    if (const auto done = fields.require(4); !done) return Unexpected{done.error()};
    ROPE_TRY(out.four, in.uint());
    ROPE_TRY(out.minus_one, fields.has(-1));
    if (out.minus_one) {
        ROPE_TRY(const BytesView skipped, in.item());
        EXPECT_FALSE(skipped.empty());
    }
    ROPE_TRY(out.name, fields.has("name"));
    if (out.name) {
        ROPE_TRY(auto inner, in.fields());
        if (const auto done = inner.require("x"); !done) return Unexpected{done.error()};
        ROPE_TRY(const std::uint64_t x, in.uint());
        EXPECT_LT(x, 24U);
    }
    if (const auto done = fields.finish(); !done) return Unexpected{done.error()};
    if (const auto done = in.end(); !done) return Unexpected{done.error()};
    return out;
}

std::string refusal_of_record(std::string_view text) {
    return refusal_of(read_record(unhex(text)));
}

TEST(CborFields, reads_keys_that_are_there_and_passes_over_optional_ones) {
    const auto all =
        read_record(unhex("a50105026161"
                          "0406"
                          "2080"
                          "646e616d65a1617801"));
    ASSERT_TRUE(all);
    EXPECT_EQ(all->one, 5U);
    EXPECT_EQ(all->two, "a");
    EXPECT_EQ(all->four, 6U);
    EXPECT_TRUE(all->minus_one);
    EXPECT_TRUE(all->name);
    const auto few = read_record(unhex("a201050406"));
    ASSERT_TRUE(few);
    EXPECT_EQ(few->two, std::nullopt);
    EXPECT_FALSE(few->minus_one);
}

TEST(CborFields, names_what_is_wrong_with_a_key) {
    EXPECT_EQ(refusal_of_record("a10105"), "missing_key");
    EXPECT_EQ(refusal_of_record("a10406"), "missing_key");
    EXPECT_EQ(refusal_of_record("a0"), "missing_key");
    EXPECT_EQ(refusal_of_record("a3000001050406"), "unknown_key");    // before the first
    EXPECT_EQ(refusal_of_record("a3010503000406"), "unknown_key");    // between
    EXPECT_EQ(refusal_of_record("a3010504060506"), "unknown_key");    // after the last
    EXPECT_EQ(refusal_of_record("a301050406617a00"), "unknown_key");  // text, before "name"
    EXPECT_EQ(refusal_of_record("a301050406646f616d6500"), "unknown_key");
    EXPECT_EQ(refusal_of_record("a3010504060406"), "key_order");  // twice
    EXPECT_EQ(refusal_of_record("a3010501050406"), "key_order");
    EXPECT_EQ(refusal_of_record("a204060105"), "missing_key");
    EXPECT_EQ(refusal_of_record("a21801050406"), "not_shortest");
    EXPECT_EQ(refusal_of_record("a20105f97e0000"), "unsupported");
    EXPECT_EQ(refusal_of_record("a20105"), "truncated");
}

TEST(CborFields, refuses_a_map_inside_that_was_not_read_to_its_end) {
    EXPECT_EQ(refusal_of_record("a301050406646e616d65a26178016179"
                                "02"),
              "unknown_key");
}

TEST(CborFields, refuses_a_key_cut_short) {
    EXPECT_EQ(refusal_of_record("a301050406646e61"), "truncated");
    EXPECT_EQ(refusal_of_record("a301050406646e616d65"), "truncated");
}

TEST(CborFields, tells_keys_apart_that_begin_alike) {
    const Bytes encoded = unhex("a21901000119010102");
    Decoder in{encoded};
    auto fields = in.fields();
    ASSERT_TRUE(fields);
    auto map = *std::move(fields);
    EXPECT_EQ(map.left(), 2U);
    EXPECT_TRUE(map.next_is(256));
    EXPECT_FALSE(map.next_is(257));
    EXPECT_FALSE(*map.has(1));
    EXPECT_TRUE(*map.has(256));
    EXPECT_EQ(*in.uint(), 1U);
    EXPECT_TRUE(map.require(257));
    EXPECT_EQ(*in.uint(), 2U);
    EXPECT_FALSE(map.next_is(258));
    EXPECT_FALSE(*map.has(258));
    EXPECT_EQ(refusal_of(map.require(258)), "missing_key");
    EXPECT_TRUE(map.finish());
}

TEST(CborError, has_a_name_for_each_reason) {
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(CborError::out_of_range); ++i) {
        EXPECT_NE(name_of(static_cast<CborError>(i)), "unknown");
    }
}

}  // namespace
}  // namespace ropenet::cbor
