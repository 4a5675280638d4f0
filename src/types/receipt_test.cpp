#include "types/receipt.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "types/tlog_proof.hpp"

namespace ropenet {
namespace {

Receipt valid_receipt() {
    return {.kid = Hash32{1},
            .origin = "dev.test/register",
            .tx_id = Hash32{2},
            .tree_size = 9,
            .leaf_index = 4,
            .path = {Hash32{3}, Hash32{4}},
            .signature = {5}};
}

ReceiptError error_of(const cose::Sign1& message) {
    const auto receipt = decode_receipt(cose::encode_sign1(message));
    EXPECT_FALSE(receipt);
    return receipt ? ReceiptError::malformed : receipt.error();
}

cose::Sign1 valid_message() {
    const auto message = cose::decode_sign1(encode_receipt(valid_receipt()));
    EXPECT_TRUE(message);
    return *message;
}

Bytes protected_with(std::int64_t alg, std::string_view origin, std::string_view tx_id,
                     std::uint64_t vds) {
    cbor::Encoder out;
    out.map(4).uint(1).sint(alg).uint(4).bytes(Hash32{1});
    out.uint(15).map(2).uint(1).text(origin).uint(2).text(tx_id).uint(395).uint(vds);
    return std::move(out).take();
}

Bytes unprotected_with(const std::function<void(cbor::Encoder&)>& proof) {
    cbor::Encoder inner;
    proof(inner);
    cbor::Encoder out;
    out.map(1).uint(396).map(1).sint(-1).array(1).bytes(inner.view());
    return std::move(out).take();
}

TEST(ReceiptTest, decode_then_encode_is_the_identity) {
    const Bytes bytes = encode_receipt(valid_receipt());
    const auto receipt = decode_receipt(bytes);

    ASSERT_TRUE(receipt);
    EXPECT_EQ(*receipt, valid_receipt());
    EXPECT_EQ(encode_receipt(*receipt), bytes);
}

TEST(ReceiptTest, signs_the_protected_header_and_the_root_as_rfc_9052_says) {
    cbor::Encoder expected;
    const std::string tx_id = hex(Hash32{2});
    expected.array(4).text("Signature1");
    expected.bytes(protected_with(-7, "dev.test/register", tx_id, 1)).bytes({}).bytes(Hash32{9});

    EXPECT_EQ(receipt_message(valid_receipt(), Hash32{9}), expected.view());
}

TEST(ReceiptTest, refuses_an_attached_payload) {
    cose::Sign1 message = valid_message();
    message.payload = Bytes(32, 0);
    EXPECT_EQ(error_of(message), ReceiptError::malformed);
}

TEST(ReceiptTest, refuses_other_headers) {
    const std::string tx_id = hex(Hash32{2});
    cose::Sign1 message = valid_message();
    message.protected_bytes = protected_with(-8, "dev.test/register", tx_id, 1);
    EXPECT_EQ(error_of(message), ReceiptError::header);
    message.protected_bytes = protected_with(-7, "dev.test/register", tx_id, 2);
    EXPECT_EQ(error_of(message), ReceiptError::header);
    message.protected_bytes = {0xA0};
    EXPECT_EQ(error_of(message), ReceiptError::header);
    message.protected_bytes = protected_with(-7, "register", tx_id, 1);
    EXPECT_EQ(error_of(message), ReceiptError::claims);
    message.protected_bytes = protected_with(-7, "dev.test/register", tx_id + "00", 1);
    EXPECT_EQ(error_of(message), ReceiptError::claims);
}

TEST(ReceiptTest, refuses_other_proofs) {
    cose::Sign1 message = valid_message();
    const auto refuses = [&message](const std::function<void(cbor::Encoder&)>& proof) {
        message.unprotected = unprotected_with(proof);
        return error_of(message) == ReceiptError::proof;
    };
    EXPECT_TRUE(refuses([](cbor::Encoder& e) { e.array(3).uint(9).uint(4).array(0); }));
    EXPECT_TRUE(
        refuses([](cbor::Encoder& e) { e.array(3).uint(9).uint(9).array(1).bytes(Hash32{}); }));
    EXPECT_TRUE(
        refuses([](cbor::Encoder& e) { e.array(3).uint(9).uint(4).array(1).bytes(Bytes(31, 0)); }));
    EXPECT_TRUE(refuses([](cbor::Encoder& e) {
        e.array(3).uint(std::uint64_t{1} << 53).uint(4).array(1).bytes(Hash32{});
    }));
    EXPECT_TRUE(refuses([](cbor::Encoder& e) {
        e.array(3).uint(9).uint(4).array(kProofHashesMax + 1);
        for (std::size_t i = 0; i <= kProofHashesMax; ++i)
            e.bytes(Hash32{});
    }));
    EXPECT_TRUE(refuses(
        [](cbor::Encoder& e) { e.array(3).uint(9).uint(4).array(1).bytes(Hash32{}).null(); }));
    message.unprotected = {0xA0};
    EXPECT_EQ(error_of(message), ReceiptError::proof);
}

TEST(ReceiptTest, a_signature_has_64_bytes) {
    cose::Sign1 message = valid_message();
    message.signature.pop_back();
    EXPECT_EQ(error_of(message), ReceiptError::signature);
}

TEST(ReceiptTest, no_bit_may_change_without_another_receipt) {
    const Bytes bytes = encode_receipt(valid_receipt());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes altered = bytes;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const auto receipt = decode_receipt(altered);
        if (receipt) {
            EXPECT_FALSE(*receipt == valid_receipt()) << bit;
        }
    }
}

}  // namespace
}  // namespace ropenet
