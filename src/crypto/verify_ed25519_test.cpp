// Goal: the Ed25519 rule of verify.hpp at each edge. Method: RFC 8032 vectors, and signatures that
// satisfy the equation but break one rule, made from the secret scalar.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <algorithm>
#include <string>
#include <thread>

#include "crypto/parsed_key.hpp"
#include "crypto/verify.hpp"

namespace ropenet::crypto {
namespace {

struct BnFree {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* ctx) const { BN_CTX_free(ctx); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;

Bytes from_hex(const std::string& text) {
    return bytes_from_hex(text).value_or(Bytes{});
}

Bn order() {
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    return Bn{number};
}

Bytes sha512(const Bytes& bytes) {
    Bytes digest(64);
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha512(), nullptr);
    return digest;
}

Bn little_endian(BytesView bytes) {
    return Bn{BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
}

// RFC 8032 7.1 test 2.
const std::string kSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const std::string kPoint = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const std::string kSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
const Bytes kMessage{0x72};

PublicKey key_of(const std::string& point) {
    auto key = public_key_from_spki(ed25519_spki(*hash32_from_hex(point)));
    EXPECT_TRUE(key);
    return *key;
}

std::optional<SignatureError> refusal(BytesView signature, BytesView message = kMessage,
                                      const std::string& point = kPoint) {
    const auto result = verify(key_of(point), message, signature);
    if (result) return std::nullopt;
    return result.error();
}

/// R || S with S = k a mod L, so that [S]B - [k]A is the identity: valid for every R that encodes
/// the identity, if only the equation is asked.
Bytes signature_with_identity_as_r(const Bytes& r) {
    Bytes secret = sha512(from_hex(kSeed));
    secret.resize(32);
    secret[0] &= 0xf8;
    secret[31] = static_cast<std::uint8_t>((secret[31] & 0x7f) | 0x40);
    Bytes hashed = r;
    append(hashed, from_hex(kPoint));
    append(hashed, kMessage);
    const std::unique_ptr<BN_CTX, BnFree> ctx{BN_CTX_new()};
    const Bn s{BN_new()};
    BN_mod_mul(s.get(), little_endian(sha512(hashed)).get(), little_endian(secret).get(),
               order().get(), ctx.get());
    Bytes s_bytes(32);
    BN_bn2lebinpad(s.get(), s_bytes.data(), 32);
    Bytes signature = r;
    append(signature, s_bytes);
    return signature;
}

TEST(VerifyEd25519, takes_the_signatures_of_rfc_8032) {
    EXPECT_EQ(refusal(from_hex(kSignature)), std::nullopt);
    EXPECT_EQ(refusal(from_hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                               "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                      {}, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
              std::nullopt);
    EXPECT_EQ(refusal(from_hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                               "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
                      from_hex("af82"),
                      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"),
              std::nullopt);
}

TEST(VerifyEd25519, refuses_every_flipped_bit) {
    for (std::size_t bit = 0; bit < 512; bit += 7) {
        Bytes signature = from_hex(kSignature);
        signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_NE(refusal(signature), std::nullopt) << bit;
    }
    EXPECT_EQ(refusal(from_hex(kSignature), Bytes{0x73}), SignatureError::does_not_match);
}

TEST(VerifyEd25519, refuses_the_same_signature_with_the_order_added_to_s) {
    Bytes signature = from_hex(kSignature);
    const Bn s = little_endian(BytesView{signature}.last(32));
    BN_add(s.get(), s.get(), order().get());
    BN_bn2lebinpad(s.get(), signature.data() + 32, 32);
    EXPECT_EQ(refusal(signature), SignatureError::out_of_range);
}

TEST(VerifyEd25519, refuses_s_at_the_order_and_not_one_below_for_its_range) {
    Bytes signature = from_hex(kSignature);
    const Bn s = order();
    BN_bn2lebinpad(s.get(), signature.data() + 32, 32);
    EXPECT_EQ(refusal(signature), SignatureError::out_of_range);
    BN_sub_word(s.get(), 1);
    BN_bn2lebinpad(s.get(), signature.data() + 32, 32);
    EXPECT_EQ(refusal(signature), SignatureError::does_not_match);
}

TEST(VerifyEd25519, refuses_a_small_order_r_though_the_equation_holds) {
    Bytes identity(32);
    identity[0] = 1;
    const Bytes signature = signature_with_identity_as_r(identity);
    // OpenSSL alone takes it, so that the refusal below is ours.
    const Bytes point = from_hex(kPoint);
    const OpensslPtr<EVP_PKEY> key{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size())};
    const OpensslPtr<EVP_MD_CTX> ctx{EVP_MD_CTX_new()};
    ASSERT_EQ(EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key.get()), 1);
    ASSERT_EQ(EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), kMessage.data(),
                               kMessage.size()),
              1);

    EXPECT_EQ(refusal(signature), SignatureError::bad_point);
}

TEST(VerifyEd25519, refuses_an_r_that_is_not_canonical) {
    Bytes minus_zero(32);
    minus_zero[0] = 1;
    minus_zero[31] = 0x80;
    Bytes one_plus_p(32, 0xff);
    one_plus_p[0] = 0xee;
    one_plus_p[31] = 0x7f;
    Bytes three_plus_p = one_plus_p;
    three_plus_p[0] = 0xf0;
    for (const Bytes& r : {minus_zero, one_plus_p, three_plus_p}) {
        EXPECT_EQ(refusal(signature_with_identity_as_r(r)), SignatureError::bad_point) << hex(r);
    }
}

TEST(VerifyEd25519, refuses_63_and_65_bytes) {
    EXPECT_EQ(refusal(from_hex(kSignature.substr(0, 126))), SignatureError::wrong_length);
    EXPECT_EQ(refusal(from_hex(kSignature + "00")), SignatureError::wrong_length);
}

TEST(VerifyEd25519, one_key_serves_several_threads) {
    const PublicKey key = key_of(kPoint);
    const Bytes signature = from_hex(kSignature);
    std::array<int, 4> accepted{};
    std::vector<std::thread> threads;
    for (int& count : accepted) {
        threads.emplace_back([&key, &signature, &count] {
            for (int i = 0; i < 20; ++i)
                count += verify(key, kMessage, signature) ? 1 : 0;
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(accepted, (std::array<int, 4>{20, 20, 20, 20}));
}

TEST(VerifyEd25519, refuses_noise_without_leaving_errors) {
    Bytes noise(64, 0x5a);
    for (int round = 0; round < 50; ++round) {
        noise = sha512(noise);
        EXPECT_NE(refusal(noise), std::nullopt);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace ropenet::crypto
