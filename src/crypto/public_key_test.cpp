// One accepted encoding a key: each test starts from a valid key and breaks one thing.
#include "crypto/public_key.hpp"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <string>

#include "crypto/hash.hpp"
#include "crypto/parsed_key.hpp"

namespace ropenet::crypto {
namespace {

// RFC 8032 7.1 test 1, RFC 6979 A.2.5, GB/T 32918.5 A.2.
const std::string kEd25519 =
    "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const std::string kP256 =
    "3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a9d31c961eb74c6356d68c049b892"
    "3b"
    "61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const std::string kSm2 =
    "3059301306072a8648ce3d020106082a811ccf5501822d0342000409f9df311e5421a150dd7d161e4bc5c672179fad"
    "18"
    "33fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

Bytes from_hex(const std::string& text) {
    const auto bytes = bytes_from_hex(text);
    EXPECT_TRUE(bytes) << text;
    return bytes.value_or(Bytes{});
}

Ed25519Point point_from_hex(const std::string& text) {
    return *hash32_from_hex(text);
}

KeyError refusal(BytesView der) {
    const auto key = public_key_from_spki(der);
    EXPECT_FALSE(key) << hex(der);
    return key.error();
}

KeyError ed25519_refusal(const std::string& point) {
    return refusal(ed25519_spki(point_from_hex(point)));
}

TEST(PublicKey, takes_each_algorithm_and_names_it_by_its_digest) {
    for (const auto& [text, alg] : {std::pair{kEd25519, Alg::ed25519}, std::pair{kP256, Alg::es256},
                                    std::pair{kSm2, Alg::sm2}}) {
        const Bytes der = from_hex(text);
        const auto key = public_key_from_spki(der);
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(key->alg(), alg);
        EXPECT_TRUE(equal(key->spki(), der));
        EXPECT_EQ(key->kid(), sha256(der));
    }
}

TEST(PublicKey, agrees_with_the_general_der_parser_on_valid_keys) {
    for (const auto& text : {kEd25519, kP256, kSm2}) {
        const Bytes der = from_hex(text);
        const unsigned char* at = der.data();
        const OpensslPtr<EVP_PKEY> parsed{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
        ASSERT_TRUE(parsed) << text;
        unsigned char* out = nullptr;
        const int size = i2d_PUBKEY(parsed.get(), &out);
        ASSERT_GT(size, 0);
        EXPECT_TRUE(equal(BytesView(out, static_cast<std::size_t>(size)), der));
        OPENSSL_free(out);
    }
}

TEST(PublicKey, only_an_ed25519_key_has_raw_bytes) {
    const auto ed25519 = public_key_from_spki(from_hex(kEd25519));
    const auto p256 = public_key_from_spki(from_hex(kP256));
    ASSERT_TRUE(ed25519 && p256);
    ASSERT_TRUE(ed25519->ed25519_point());
    EXPECT_TRUE(equal(ed25519_spki(*ed25519->ed25519_point()), ed25519->spki()));
    EXPECT_FALSE(p256->ed25519_point());
}

TEST(PublicKey, refuses_every_change_of_the_der_header) {
    for (const auto& [text, header] :
         {std::pair{kEd25519, 12U}, std::pair{kP256, 27U}, std::pair{kSm2, 27U}}) {
        for (std::size_t at = 0; at < header; ++at) {
            Bytes der = from_hex(text);
            der[at] ^= 1;
            EXPECT_EQ(refusal(der), KeyError::unknown_form) << text << " at " << at;
        }
    }
}

TEST(PublicKey, refuses_every_other_length) {
    for (const auto& text : {kEd25519, kP256, kSm2}) {
        Bytes der = from_hex(text);
        der.push_back(0);
        EXPECT_EQ(refusal(der), KeyError::unknown_form);
        der.pop_back();
        while (!der.empty()) {
            der.pop_back();
            EXPECT_EQ(refusal(der), KeyError::unknown_form) << der.size();
        }
    }
}

TEST(PublicKey, refuses_a_compressed_point) {
    EXPECT_EQ(
        refusal(from_hex("3039301306072a8648ce3d020106082a8648ce3d0301070322000360fed4ba255a9d31"
                         "c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")),
        KeyError::unknown_form);
}

TEST(PublicKey, refuses_an_ec_point_off_its_curve) {
    for (const auto& text : {kP256, kSm2}) {
        Bytes der = from_hex(text);
        der.back() ^= 1;
        EXPECT_EQ(refusal(der), KeyError::not_on_curve);
    }
}

TEST(PublicKey, refuses_a_point_of_the_other_curve) {
    const Bytes p256 = from_hex(kP256);
    Bytes mixed = from_hex(kSm2);
    std::copy(p256.end() - 64, p256.end(), mixed.end() - 64);
    EXPECT_EQ(refusal(mixed), KeyError::not_on_curve);
}

TEST(PublicKey, refuses_a_coordinate_that_is_not_below_the_field_prime) {
    // x = 5 is on P-256; x = p + 5 is the same point written in another way.
    const std::string header = kP256.substr(0, 54);
    const std::string y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
    EXPECT_TRUE(public_key_from_spki(
        from_hex(header + "0000000000000000000000000000000000000000000000000000000000000005" + y)));
    EXPECT_EQ(refusal(from_hex(
                  header + "ffffffff00000001000000000000000000000001000000000000000000000004" + y)),
              KeyError::not_on_curve);
}

std::string around(const char* first, const char* last) {
    return std::string{first}.append(60, 'f').append(last);
}

TEST(PublicKey, refuses_the_torsion_points_in_every_encoding) {
    const std::vector<std::string> points{
        std::string{"01"}.append(62, '0'),               // order 1
        std::string{"01"}.append(60, '0').append("80"),  // the same, x written as minus zero
        around("ec", "7f"),                              // order 2
        around("ec", "ff"),                              // the same, x written as minus zero
        std::string(64, '0'),                            // order 4
        std::string(62, '0') + "80",                     // order 4
        around("ed", "7f"),                              // y = p for 0
        around("ed", "ff"),                              //
        around("ee", "7f"),                              // y = p + 1 for 1
        around("ee", "ff"),                              //
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  // order 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"};
    for (const auto& point : points)
        EXPECT_EQ(ed25519_refusal(point), KeyError::small_order);
}

TEST(PublicKey, refuses_an_ed25519_point_that_is_not_reduced) {
    for (int low = 0xef; low <= 0xff; ++low) {
        for (const std::uint8_t top : {std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
            Ed25519Point point;
            point.fill(0xff);
            point[0] = static_cast<std::uint8_t>(low);
            point[31] = top;
            EXPECT_EQ(refusal(ed25519_spki(point)), KeyError::not_canonical);
        }
    }
}

TEST(PublicKey, judges_the_greatest_canonical_ed25519_points_by_the_curve_alone) {
    // Below p - 1, counting down: 0xeb is off the curve or on it as the curve says; both signs
    // agree.
    int on_curve = 0;
    for (int low = 0xe0; low <= 0xeb; ++low) {
        Ed25519Point point;
        point.fill(0xff);
        point[0] = static_cast<std::uint8_t>(low);
        point[31] = 0x7f;
        const auto key = public_key_from_spki(ed25519_spki(point));
        if (key) {
            ++on_curve;
        } else {
            EXPECT_EQ(key.error(), KeyError::not_on_curve);
        }
    }
    EXPECT_GT(on_curve, 0);
    EXPECT_LT(on_curve, 12);
}

TEST(PublicKey, refuses_an_ed25519_point_off_the_curve) {
    // y = 2 has no x.
    EXPECT_EQ(ed25519_refusal(std::string{"02"}.append(62, '0')), KeyError::not_on_curve);
}

TEST(PublicKey, finds_algorithms_by_their_cose_number_only) {
    EXPECT_EQ(alg_from_cose(-8), Alg::ed25519);
    EXPECT_EQ(alg_from_cose(-7), Alg::es256);
    EXPECT_EQ(alg_from_cose(-65537), Alg::sm2);
    for (const std::int64_t other : {0LL, -6LL, -9LL, 7LL, -65536LL, -8LL + (1LL << 32)}) {
        EXPECT_FALSE(alg_from_cose(other)) << other;
    }
}

TEST(PublicKeyPem, is_what_openssl_writes) {
    EXPECT_EQ(pem_from_spki(from_hex(kEd25519)),
              "-----BEGIN PUBLIC KEY-----\n"
              "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
              "-----END PUBLIC KEY-----\n");
}

TEST(PublicKeyPem, reads_what_it_writes) {
    for (const auto& text : {kEd25519, kP256, kSm2}) {
        const Bytes der = from_hex(text);
        const auto back = spki_from_pem(pem_from_spki(der));
        ASSERT_TRUE(back);
        EXPECT_EQ(*back, der);
    }
}

TEST(PublicKeyPem, refuses_every_other_spelling) {
    const std::string good = pem_from_spki(from_hex(kP256));
    ASSERT_TRUE(spki_from_pem(good));
    std::string crlf;
    for (const char c : good)
        crlf.append(c == '\n' ? "\r\n" : std::string_view{&c, 1});
    std::string joined = good;
    joined.erase(joined.find('\n', 40), 1);
    std::string extra_line = good;
    extra_line.insert(extra_line.find("-----END"), 1, '\n');
    std::string other_label = good;
    other_label.replace(other_label.find("PUBLIC"), 6, "SECRET");
    const std::vector<std::string> bad{"",
                                       "\n",
                                       good.substr(0, good.size() - 1),
                                       good + "\n",
                                       std::string{" "}.append(good),
                                       good + good,
                                       crlf,
                                       joined,
                                       extra_line,
                                       other_label,
                                       "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
                                       std::string(5000, 'A')};
    for (const auto& pem : bad) {
        const auto result = spki_from_pem(pem);
        ASSERT_FALSE(result) << pem;
        EXPECT_EQ(result.error(), KeyError::bad_pem);
    }
}

TEST(PublicKey, survives_arbitrary_bytes_in_place_of_the_point) {
    Bytes der = from_hex(kSm2);
    for (unsigned round = 0; round < 200; ++round) {
        const Hash32 noise = sha256({der});
        std::copy(noise.begin(), noise.end(), der.end() - 64 + (round % 2) * 32);
        const auto key = public_key_from_spki(der);
        EXPECT_FALSE(key);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace ropenet::crypto
