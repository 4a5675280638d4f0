// Goal: the rule of verify.hpp for ES256 and SM2, at each edge. Method: published vectors, and
// signatures made backwards: choose k and s, then compute the private key for which they are valid.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include <string>

#include "crypto/hash.hpp"
#include "crypto/parsed_key.hpp"
#include "crypto/verify.hpp"

namespace ropenet::crypto {
namespace {

const std::string kP256Header = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
const std::string kSm2Header = "3059301306072a8648ce3d020106082a811ccf5501822d034200";
const std::string kP256N = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const std::string kP256HalfN = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";
const std::string kP256HalfNPlus1 =
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9";
const std::string kSm2N = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
const std::string kZero(64, '0');

struct BnFree {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* ctx) const { BN_CTX_free(ctx); }
    void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;
template <typename T>
using Ptr = std::unique_ptr<T, BnFree>;

Bn bn(const std::string& digits) {
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, digits.c_str());
    return Bn{number};
}

Bn bn(BytesView bytes) {
    return Bn{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
}

Bytes from_hex(const std::string& text) {
    return bytes_from_hex(text).value_or(Bytes{});
}

PublicKey key_from_hex(const std::string& text) {
    auto key = public_key_from_spki(from_hex(text));
    EXPECT_TRUE(key) << text;
    return *key;
}

PublicKey p256_key(const BIGNUM* secret) {
    const Ptr<EC_GROUP> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    const Ptr<EC_POINT> point{EC_POINT_new(group.get())};
    EC_POINT_mul(group.get(), point.get(), secret, nullptr, nullptr, nullptr);
    Bytes octets(65);
    EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(),
                       octets.size(), nullptr);
    return key_from_hex(kP256Header + hex(octets));
}

/// With k = 1, r is the x of the generator.
const std::string kR = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
constexpr std::string_view kMessage = "a message";

/// The key under which (kR, s) signs kMessage: d = (s k - e) / r.
PublicKey p256_key_for_s(const std::string& s) {
    const Ptr<BN_CTX> ctx{BN_CTX_new()};
    const Bn n = bn(kP256N);
    const Bn secret = bn(s);
    BN_mod_sub(secret.get(), secret.get(), bn(sha256(view_of(kMessage))).get(), n.get(), ctx.get());
    const Bn inverse{BN_mod_inverse(nullptr, bn(kR).get(), n.get(), ctx.get())};
    BN_mod_mul(secret.get(), secret.get(), inverse.get(), n.get(), ctx.get());
    return p256_key(secret.get());
}

std::optional<SignatureError> refusal(const PublicKey& key, BytesView message,
                                      BytesView signature) {
    const auto result = verify(key, message, signature);
    if (result) return std::nullopt;
    return result.error();
}

std::optional<SignatureError> es256_refusal(const PublicKey& key, const std::string& signature) {
    return refusal(key, view_of(kMessage), from_hex(signature));
}

// RFC 6979 A.2.5, SHA-256, "sample"; its s is in the upper half.
const std::string kRfcKey = kP256Header +
                            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const std::string kRfcSignature =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

TEST(VerifyEs256, refuses_the_rfc_6979_signature_until_its_s_is_low) {
    const PublicKey key = key_from_hex(kRfcKey);
    const Bytes high = from_hex(kRfcSignature);
    EXPECT_EQ(refusal(key, view_of("sample"), high), SignatureError::high_s);

    const auto low = with_low_s(high);
    ASSERT_TRUE(low);
    EXPECT_EQ(refusal(key, view_of("sample"), *low), std::nullopt);
    EXPECT_EQ(refusal(key, view_of("Sample"), *low), SignatureError::does_not_match);
    EXPECT_EQ(with_low_s(*low), low);
}

TEST(VerifyEs256, takes_s_at_half_the_order_and_refuses_one_more) {
    const PublicKey at = p256_key_for_s(kP256HalfN);
    EXPECT_EQ(es256_refusal(at, kR + kP256HalfN), std::nullopt);
    EXPECT_EQ(es256_refusal(at, kR + kP256HalfNPlus1), SignatureError::high_s);

    const PublicKey past = p256_key_for_s(kP256HalfNPlus1);
    EXPECT_EQ(es256_refusal(past, kR + kP256HalfNPlus1), SignatureError::high_s);
}

TEST(VerifyEs256, takes_numbers_of_few_digits) {
    const std::string one = kZero.substr(1) + "1";
    EXPECT_EQ(es256_refusal(p256_key_for_s(one), kR + one), std::nullopt);
    const std::string high_bit = kZero.substr(2) + "80";
    EXPECT_EQ(es256_refusal(p256_key_for_s(high_bit), kR + high_bit), std::nullopt);
}

TEST(VerifyEs256, refuses_r_and_s_outside_one_to_n) {
    const PublicKey key = p256_key_for_s(kP256HalfN);
    const std::string max(64, 'f');
    for (const auto& bad : {kZero, kP256N, max}) {
        EXPECT_EQ(es256_refusal(key, bad + kP256HalfN), SignatureError::out_of_range) << bad;
        EXPECT_EQ(es256_refusal(key, kR + bad), SignatureError::out_of_range) << bad;
    }
    std::string n_minus_1 = kP256N;
    n_minus_1.back() = '0';
    EXPECT_EQ(es256_refusal(key, kR + n_minus_1), SignatureError::high_s);
    EXPECT_EQ(es256_refusal(key, n_minus_1 + kP256HalfN), SignatureError::does_not_match);
}

TEST(VerifyEs256, refuses_63_and_65_bytes) {
    const PublicKey key = p256_key_for_s(kP256HalfN);
    const std::string good = kR + kP256HalfN;
    EXPECT_EQ(es256_refusal(key, good.substr(0, 126)), SignatureError::wrong_length);
    EXPECT_EQ(es256_refusal(key, good + "00"), SignatureError::wrong_length);
    EXPECT_EQ(es256_refusal(key, ""), SignatureError::wrong_length);
}

TEST(VerifyEs256, refuses_another_key) {
    EXPECT_EQ(es256_refusal(key_from_hex(kRfcKey), kR + kP256HalfN),
              SignatureError::does_not_match);
}

TEST(VerifyEs256, the_halves_of_the_order_add_up) {
    const Bn sum = bn(kP256HalfN);
    BN_add(sum.get(), sum.get(), bn(kP256HalfNPlus1).get());
    EXPECT_EQ(BN_cmp(sum.get(), bn(kP256N).get()), 0);
}

TEST(WithLowS, refuses_what_is_no_signature) {
    EXPECT_FALSE(with_low_s(from_hex(kZero + kR)));
    EXPECT_FALSE(with_low_s(from_hex(kR + kZero)));
    EXPECT_FALSE(with_low_s(from_hex(kR + kP256N)));
    EXPECT_FALSE(with_low_s(from_hex(kP256N + kR)));
    EXPECT_FALSE(with_low_s(from_hex(kR)));
}

TEST(WithLowS, turns_n_minus_1_into_1) {
    std::string n_minus_1 = kP256N;
    n_minus_1.back() = '0';
    const auto low = with_low_s(from_hex(kR + n_minus_1));
    ASSERT_TRUE(low);
    EXPECT_EQ(hex(*low), kR + kZero.substr(1) + "1");
}

// GB/T 32918.5-2017 A.2: identifier 1234567812345678.
const std::string kSm2Key = kSm2Header +
                            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                            "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const std::string kSm2R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const std::string kSm2S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

std::optional<SignatureError> sm2_refusal(const std::string& signature,
                                          std::string_view message = "message digest") {
    return refusal(key_from_hex(kSm2Key), view_of(message), from_hex(signature));
}

TEST(VerifySm2, takes_the_signature_of_gbt_32918_5) {
    EXPECT_EQ(sm2_refusal(kSm2R + kSm2S), std::nullopt);
    EXPECT_EQ(sm2_refusal(kSm2R + kSm2S, "message digesT"), SignatureError::does_not_match);
}

TEST(VerifySm2, has_the_za_of_gbt_32918_5) {
    EXPECT_EQ(hex(key_from_hex(kSm2Key).parsed().sm2_za),
              "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
}

TEST(VerifySm2, refuses_r_and_s_outside_one_to_n) {
    const std::string max(64, 'f');
    for (const auto& bad : {kZero, kSm2N, max}) {
        EXPECT_EQ(sm2_refusal(bad + kSm2S), SignatureError::out_of_range) << bad;
        EXPECT_EQ(sm2_refusal(kSm2R + bad), SignatureError::out_of_range) << bad;
    }
}

TEST(VerifySm2, refuses_r_plus_s_equal_to_n) {
    const Bn s = bn(kSm2N);
    BN_sub(s.get(), s.get(), bn(kSm2R).get());
    Bytes raw(32);
    BN_bn2binpad(s.get(), raw.data(), 32);
    EXPECT_EQ(sm2_refusal(kSm2R + hex(raw)), SignatureError::does_not_match);
}

TEST(VerifySm2, refuses_63_and_65_bytes) {
    EXPECT_EQ(sm2_refusal((kSm2R + kSm2S).substr(2)), SignatureError::wrong_length);
    EXPECT_EQ(sm2_refusal(kSm2R + kSm2S + "00"), SignatureError::wrong_length);
}

/// Signs with OpenSSL's own SM2, which hashes identifier and key by itself.
std::string sm2_signature_under(std::string_view id, const EVP_PKEY* key, PublicKey* public_key) {
    const OpensslPtr<EVP_MD_CTX> ctx{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* key_ctx = nullptr;
    auto* mutable_key = const_cast<EVP_PKEY*>(key);
    EVP_DigestSignInit_ex(ctx.get(), &key_ctx, "SM3", nullptr, nullptr, mutable_key, nullptr);
    if (!id.empty()) EVP_PKEY_CTX_set1_id(key_ctx, id.data(), static_cast<int>(id.size()));
    Bytes der(80);
    std::size_t size = der.size();
    EVP_DigestSign(ctx.get(), der.data(), &size, view_of(kMessage).data(), kMessage.size());
    const unsigned char* at = der.data();
    ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
    Bytes raw(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(parts), raw.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts), raw.data() + 32, 32);
    ECDSA_SIG_free(parts);
    unsigned char* spki = nullptr;
    const int spki_size = i2d_PUBKEY(key, &spki);
    *public_key = key_from_hex(hex(BytesView(spki, static_cast<std::size_t>(spki_size))));
    OPENSSL_free(spki);
    return hex(raw);
}

TEST(VerifySm2, agrees_with_openssl_on_the_identifier_and_refuses_others) {
    const OpensslPtr<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2")};
    PublicKey public_key = key_from_hex(kSm2Key);
    const auto right = sm2_signature_under(kSm2Id, key.get(), &public_key);
    EXPECT_EQ(refusal(public_key, view_of(kMessage), from_hex(right)), std::nullopt);
    for (const std::string_view id : {"", "1234567812345679", "12345678"}) {
        const auto wrong = sm2_signature_under(id, key.get(), &public_key);
        EXPECT_EQ(refusal(public_key, view_of(kMessage), from_hex(wrong)),
                  SignatureError::does_not_match)
            << id;
    }
}

TEST(VerifyBatch, answers_for_each_item_in_order) {
    const PublicKey es256 = p256_key_for_s(kP256HalfN);
    const PublicKey sm2 = key_from_hex(kSm2Key);
    const Bytes es256_good = from_hex(kR + kP256HalfN);
    const Bytes es256_high = from_hex(kR + kP256HalfNPlus1);
    const Bytes sm2_good = from_hex(kSm2R + kSm2S);
    const std::vector<VerifyItem> items{{&es256, view_of(kMessage), es256_good},
                                        {&es256, view_of(kMessage), es256_high},
                                        {&sm2, view_of("message digest"), sm2_good},
                                        {&sm2, view_of("message digest"), es256_good},
                                        {&sm2, view_of("message digest"), {}}};
    EXPECT_EQ(verify_batch(items), (std::vector<std::uint8_t>{1, 0, 1, 0, 0}));
    EXPECT_TRUE(verify_batch({}).empty());
}

TEST(Verify, leaves_no_error_in_the_queue_of_the_thread) {
    EXPECT_EQ(sm2_refusal(kSm2R + kSm2S, "other"), SignatureError::does_not_match);
    EXPECT_EQ(es256_refusal(key_from_hex(kRfcKey), kR + kP256HalfN),
              SignatureError::does_not_match);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace ropenet::crypto
