#include "types/transaction.hpp"

#include <gtest/gtest.h>

#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "types/limits.hpp"

namespace ropenet {
namespace {

using cbor::Map;
using cbor::Value;

// The valid case as trees, so that each test can change one thing and encode the rest alike.
struct TransactionTest : testing::Test {
    Value head = Map{{1U, -8},
                     {4U, Bytes(32, 1)},
                     {15U, Map{{1U, "a" + std::string(32, '0')}, {2U, "system.evidence/deposit"}}},
                     {16U, "application/ropenet-tx+cbor"}};
    Value payload = Map{{1U, "dev.x/y"},         {2U, Bytes(16)}, {3U, 1'000U},
                        {4U, "system.evidence"}, {5U, "deposit"}, {6U, Map{{"n", 1U}}}};
    Bytes signature = Bytes(64, 7);
    Bytes unprotected = {0xA0};

    static void set(Value& map, std::uint64_t key, Value value) {
        for (auto& [name, old] : *map.as_map()) {
            if (*name.as_uint() == key) old = std::move(value);
        }
    }
    static void drop(Value& map, std::uint64_t key) {
        std::erase_if(*map.as_map(),
                      [&](const auto& pair) { return *pair.first.as_uint() == key; });
    }

    Bytes encoded() const {
        return cose::encode_sign1(cose::Sign1{.protected_bytes = cbor::encode_value(head),
                                              .unprotected = unprotected,
                                              .payload = cbor::encode_value(payload),
                                              .signature = signature});
    }
    std::string error() const {
        const auto tx = decode_transaction(encoded());
        return tx ? "none" : std::string{name_of(tx.error())};
    }
};

TEST_F(TransactionTest, decodes_every_field) {
    const auto tx = decode_transaction(encoded());
    ASSERT_TRUE(tx);
    EXPECT_EQ(tx->origin, "dev.x/y");
    EXPECT_EQ(tx->alg, crypto::Alg::ed25519);
    EXPECT_EQ(tx->expires_at_ms, 1'000);
    EXPECT_EQ(tx->contract + "/" + tx->action, "system.evidence/deposit");
    EXPECT_EQ(tx->encoded, encoded());
}

TEST_F(TransactionTest, the_id_does_not_depend_on_the_signature) {
    const auto before = decode_transaction(encoded())->tx_id;
    signature[0] ^= 1U;
    EXPECT_EQ(decode_transaction(encoded())->tx_id, before);
    set(head, 4, Bytes(32, 2));
    EXPECT_NE(decode_transaction(encoded())->tx_id, before);
}

TEST_F(TransactionTest, takes_64_kib_and_not_one_byte_more) {
    const std::size_t rest = encoded().size();
    // Growing the text to these lengths makes its head two bytes longer, and the payload's too.
    const std::size_t room = kTxBytesMax - rest - 8;
    set(payload, 6, Map{{"n", std::string(room, 'x')}});
    const std::size_t missing = kTxBytesMax - encoded().size();
    set(payload, 6, Map{{"n", std::string(room + missing, 'x')}});
    ASSERT_EQ(encoded().size(), kTxBytesMax);
    EXPECT_EQ(error(), "none");
    set(payload, 6, Map{{"n", std::string(room + missing + 1, 'x')}});
    EXPECT_EQ(error(), "oversize");
}

TEST_F(TransactionTest, refuses_each_change_of_the_protected_header) {
    const Value good = head;
    const auto expect_refused = [&](std::uint64_t key, Value value) {
        head = good;
        set(head, key, std::move(value));
        EXPECT_EQ(error(), "protected_header") << key;
    };
    expect_refused(1, -9);
    expect_refused(1, "EdDSA");
    expect_refused(4, Bytes(31));
    expect_refused(15, Map{{1U, "a" + std::string(31, '0')}, {2U, "system.evidence/deposit"}});
    expect_refused(15, Map{{1U, "a" + std::string(32, '0')}});
    expect_refused(16, "application/cbor");
    for (const std::uint64_t key : {1U, 4U, 15U, 16U}) {
        head = good;
        drop(head, key);
        EXPECT_EQ(error(), "protected_header") << key;
    }
    head = good;
    head.as_map()->emplace_back(2U, Value{cbor::Array{}});
    EXPECT_EQ(error(), "protected_header");
}

TEST_F(TransactionTest, refuses_each_change_of_the_payload) {
    const Value good = payload;
    const auto expect_refused = [&](std::uint64_t key, Value value) {
        payload = good;
        set(payload, key, std::move(value));
        EXPECT_EQ(error(), "payload") << key;
    };
    expect_refused(1, "no-slash");
    expect_refused(2, Bytes(15));
    expect_refused(2, Bytes(17));
    expect_refused(3, -1);
    expect_refused(3, kIntegerMax + 1);
    expect_refused(4, "Upper");
    expect_refused(5, "Upper");
    expect_refused(6, Value{cbor::Array{}});
    expect_refused(6, Map{{1U, 2U}});
    for (std::uint64_t key = 1; key <= 6; ++key) {
        payload = good;
        drop(payload, key);
        EXPECT_EQ(error(), "payload") << key;
    }
    payload = good;
    payload.as_map()->emplace_back(7U, 0U);
    EXPECT_EQ(error(), "payload");
}

TEST_F(TransactionTest, sub_must_name_the_contract_and_action_of_the_payload) {
    set(payload, 5, "attest");
    EXPECT_EQ(error(), "claims_disagree");
}

TEST_F(TransactionTest, refuses_another_frame) {
    signature.pop_back();
    EXPECT_EQ(error(), "malformed");
    signature = Bytes(64);
    unprotected = {0xA1, 0x01, 0x01};
    EXPECT_EQ(error(), "malformed");
    EXPECT_EQ(decode_transaction(Bytes{}).error(), TxError::malformed);
}

TEST_F(TransactionTest, args_nest_to_the_codecs_limit_and_not_one_deeper) {
    // The payload map and the args map are the first two of sixteen.
    const auto nested = [](std::size_t arrays) {
        Value value{1U};
        for (std::size_t i = 0; i < arrays; ++i)
            value = Value{cbor::Array{value}};
        return Map{{"n", value}};
    };
    set(payload, 6, nested(cbor::kDepthMax - 2));
    EXPECT_EQ(error(), "none");
    set(payload, 6, nested(cbor::kDepthMax - 1));
    EXPECT_EQ(error(), "too_deep");
}

TEST_F(TransactionTest, a_longer_spelling_of_the_same_value_is_not_canonical) {
    Bytes bytes = encoded();
    // d2 84 58 .. (tag 18, array of 4): the array's head in two bytes.
    ASSERT_EQ(bytes[1], 0x84);
    bytes[1] = 0x98;
    bytes.insert(bytes.begin() + 2, 0x04);
    EXPECT_EQ(decode_transaction(bytes).error(), TxError::not_canonical);
}

}  // namespace
}  // namespace ropenet
