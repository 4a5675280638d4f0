// Goal: a batch gives the verdicts of verify(), with a table and without, whatever the table does.
// Method: the edges of the rule, and tables that are plain functions and note what they were given.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/testing/ed25519_edges.hpp"
#include "crypto/verify.hpp"

namespace ropenet::crypto {
namespace {

using testing::Ed25519Edge;

Bytes from_hex(std::string_view text) {
    return bytes_from_hex(text).value_or(Bytes{});
}

Expected<PublicKey, KeyError> key_of(const Bytes& point) {
    return public_key_from_spki(ed25519_spki(*hash32_from_hex(hex(point))));
}

// What the tables below were given since the test began.
std::vector<Ed25519Item> given;
std::int32_t accept_all(const Ed25519Item* items, std::size_t count, std::uint8_t* verdicts) {
    given.insert(given.end(), items, items + count);
    std::fill_n(verdicts, count, std::uint8_t{1});
    return 0;
}
std::int32_t answer_two(const Ed25519Item*, std::size_t count, std::uint8_t* verdicts) {
    std::fill_n(verdicts, count, std::uint8_t{2});
    return 0;
}
std::int32_t accept_and_fail(const Ed25519Item* items, std::size_t count, std::uint8_t* verdicts) {
    accept_all(items, count, verdicts);
    return 1;
}

struct VerifyBatchTest : ::testing::Test {
    // Two cases, of which the first is signed and the second has S + L.
    std::vector<Ed25519Edge> edges = testing::ed25519_edges();
    PublicKey key = *key_of(edges[0].point);
    // RFC 7515 A.3's key: any signature will do, none is right.
    PublicKey ec_key = *public_key_from_spki(
        from_hex("3059301306072a8648ce3d020106082a8648ce3d030107034200047fcdce2770f6c45d4183cbee6f"
                 "db4b7b580733357be9ef13bacf6e3c7bd15445c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea9"
                 "0b24ad8a4623288588e5ad"));

    VerifyBatchTest() { given.clear(); }

    VerifyItem signed_item() const {
        return {.key = &key, .message = edges[0].message, .signature = edges[0].signature};
    }
    VerifyItem changed_item() const {
        return {.key = &key, .message = edges[1].signature, .signature = edges[0].signature};
    }
    VerifyItem ec_item() const {
        return {.key = &ec_key, .message = edges[0].message, .signature = edges[0].signature};
    }
    VerifyItem bad_form_item() const {
        return {.key = &key, .message = edges[0].message, .signature = edges[1].signature};
    }
};

TEST_F(VerifyBatchTest, verify_gives_the_verdict_of_the_rule_at_each_edge) {
    std::size_t accepted = 0;
    for (const Ed25519Edge& edge : edges) {
        const auto parsed = key_of(edge.point);
        const bool good = parsed && verify(*parsed, edge.message, edge.signature);
        EXPECT_EQ(good, edge.accepted) << edge.name;
        accepted += good ? 1 : 0;
    }
    // 16 lengths, speccheck, and some of the torsion cases: both verdicts are there.
    EXPECT_GT(accepted, 30U);
    EXPECT_GT(edges.size(), 300U);
}

TEST_F(VerifyBatchTest, without_a_table_a_batch_is_verify_item_by_item) {
    const std::vector<VerifyItem> items{changed_item(), signed_item(), ec_item(), bad_form_item(),
                                        signed_item()};
    EXPECT_EQ(verify_batch(items), (std::vector<std::uint8_t>{0, 1, 0, 0, 1}));
    EXPECT_TRUE(verify_batch({}).empty());
}

TEST_F(VerifyBatchTest, a_table_gets_the_ed25519_items_side_by_side_and_nothing_else) {
    const std::vector<VerifyItem> items{ec_item(), signed_item(), ec_item(), changed_item()};
    EXPECT_EQ(verify_batch(items, {.verify_batch = accept_all, .lanes = 8}),
              (std::vector<std::uint8_t>{0, 1, 0, 1}));

    ASSERT_EQ(given.size(), 2U);
    EXPECT_TRUE(equal({given[0].public_key, 32}, edges[0].point));
    EXPECT_TRUE(equal({given[1].signature, 64}, edges[0].signature));
    EXPECT_TRUE(equal({given[1].message, given[1].message_bytes}, edges[1].signature));
}

TEST_F(VerifyBatchTest, what_is_out_of_form_is_refused_before_a_table_sees_it) {
    const Bytes short_one(63);
    std::vector<VerifyItem> items{bad_form_item(), signed_item()};
    items[1].signature = short_one;
    EXPECT_EQ(verify_batch(items, {.verify_batch = accept_all, .lanes = 8}),
              (std::vector<std::uint8_t>{0, 0}));
    EXPECT_TRUE(given.empty());
}

TEST_F(VerifyBatchTest, only_a_one_of_a_table_accepts) {
    const std::vector<VerifyItem> items{signed_item()};
    EXPECT_EQ(verify_batch(items, {.verify_batch = answer_two, .lanes = 8}),
              (std::vector<std::uint8_t>{0}));
}

TEST_F(VerifyBatchTest, a_table_that_fails_is_not_believed_and_costs_no_verdict) {
    const std::vector<VerifyItem> items{changed_item(), signed_item()};
    EXPECT_EQ(verify_batch(items, {.verify_batch = accept_and_fail, .lanes = 8}),
              (std::vector<std::uint8_t>{0, 1}));
    EXPECT_EQ(given.size(), 2U);
}

}  // namespace
}  // namespace ropenet::crypto
