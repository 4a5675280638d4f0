#include "keys/sign_transaction.hpp"

#include <gtest/gtest.h>

#include "codec/cose.hpp"
#include "crypto/verify.hpp"
#include "keys/testing/fixed_signer.hpp"

namespace ropenet::keys {
namespace {

TEST(Sign1, decodes_to_its_parts_and_signs_exactly_the_sig_structure) {
    const Bytes header{0xa1, 0x01, 0x27};
    const Bytes payload{0xa0};
    for (const auto alg : {crypto::Alg::ed25519, crypto::Alg::es256, crypto::Alg::sm2}) {
        const auto signer = testing::fixed_signer(alg, 3);
        const auto message = sign1(*signer, header, payload);
        ASSERT_TRUE(message);

        const auto parts = cose::decode_sign1(*message);
        ASSERT_TRUE(parts);
        EXPECT_EQ(parts->protected_bytes, header);
        EXPECT_EQ(parts->unprotected, Bytes{0xa0});
        EXPECT_EQ(parts->payload, payload);
        EXPECT_TRUE(crypto::verify(signer->public_key(), cose::sig_structure(header, payload),
                                   parts->signature));
    }
}

}  // namespace
}  // namespace ropenet::keys
