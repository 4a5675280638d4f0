#include "crypto/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "crypto/parsed_key.hpp"
#include "crypto/verify.hpp"

namespace ropenet::crypto {
namespace {

// DER SubjectPublicKeyInfo up to the point. The whole structure has one length for each algorithm,
// so comparing these bytes is the strictest parser there is, and thirty times faster than a general
// one.
//
// SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING, 0 unused bits }
constexpr std::array<std::uint8_t, 12> kEd25519Header{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
// SEQUENCE { SEQUENCE { OID 1.2.840.10045.2.1, OID 1.2.840.10045.3.1.7 }, BIT STRING, 0, 04 }
constexpr std::array<std::uint8_t, 27> kP256Header{
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
// SEQUENCE { SEQUENCE { OID 1.2.840.10045.2.1, OID 1.2.156.10197.1.301 }, BIT STRING, 0, 04 }
constexpr std::array<std::uint8_t, 27> kSm2Header{
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00, 0x04};

// GB/T 32918.5: a, b, Gx, Gy of the SM2 curve, in this order as ZA hashes them.
constexpr std::array<std::uint8_t, 128> kSm2Curve{
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,
    0x28, 0xe9, 0xfa, 0x9e, 0x9d, 0x9f, 0x5e, 0x34, 0x4d, 0x5a, 0x9e, 0x4b, 0xcf, 0x65, 0x09, 0xa7,
    0xf3, 0x97, 0x89, 0xf5, 0x15, 0xab, 0x8f, 0x92, 0xdd, 0xbc, 0xbd, 0x41, 0x4d, 0x94, 0x0e, 0x93,
    0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
    0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7,
    0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53,
    0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0};

// The y of the torsion points of order 1, 2, 4, 8 and 8, little-endian, sign bit clear.
constexpr std::array<Ed25519Point, 5> kSmallOrderY{{
    {0x01},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x00},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
}};

struct BnFree {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* ctx) const { BN_CTX_free(ctx); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;
using BnCtx = std::unique_ptr<BN_CTX, BnFree>;

Bn bn_from_hex(const char* digits) {
    BIGNUM* number = nullptr;
    ROPE_CHECK(BN_hex2bn(&number, digits) != 0);
    return Bn{number};
}

const BIGNUM* field_prime() {
    static const Bn p =
        bn_from_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
    return p.get();
}

const BIGNUM* edwards_d() {
    static const Bn d =
        bn_from_hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    return d.get();
}

/// RFC 8032 5.1.3: x^2 = (y^2 - 1) / (d y^2 + 1) must have a root. The denominator is never zero
/// (-1/d is no square), and u/v is a square exactly if u*v is.
bool is_on_edwards_curve(const Ed25519Point& encoding) {
    Ed25519Point y_bytes = encoding;
    y_bytes[31] &= 0x7f;
    const BnCtx ctx{BN_CTX_new()};
    const Bn y{BN_lebin2bn(y_bytes.data(), 32, nullptr)};
    const Bn u{BN_new()};
    const Bn v{BN_new()};
    ROPE_CHECK(ctx && y && u && v);
    const BIGNUM* p = field_prime();
    ROPE_CHECK(BN_mod_sqr(y.get(), y.get(), p, ctx.get()) == 1);
    ROPE_CHECK(BN_mod_mul(v.get(), y.get(), edwards_d(), p, ctx.get()) == 1);
    ROPE_CHECK(BN_add_word(v.get(), 1) == 1);
    ROPE_CHECK(BN_mod_sub(u.get(), y.get(), BN_value_one(), p, ctx.get()) == 1);
    ROPE_CHECK(BN_mod_mul(u.get(), u.get(), v.get(), p, ctx.get()) == 1);
    const int symbol = BN_kronecker(u.get(), p, ctx.get());
    ROPE_CHECK(symbol >= -1);
    return symbol >= 0;
}

bool starts_with(BytesView bytes, BytesView header) {
    return bytes.size() >= header.size() && equal(bytes.first(header.size()), header);
}

Hash32 sm2_za(BytesView point_xy) {
    constexpr std::array<std::uint8_t, 2> kIdBits{0, static_cast<std::uint8_t>(kSm2Id.size() * 8)};
    return sm3({kIdBits, view_of(kSm2Id), kSm2Curve, point_xy});
}

/// The key with what all algorithms share filled in.
std::shared_ptr<ParsedKey> new_parsed_key(Alg alg, BytesView der) {
    auto parsed = std::make_shared<ParsedKey>();
    parsed->alg = alg;
    parsed->spki = to_bytes(der);
    parsed->kid = sha256(der);
    return parsed;
}

Expected<PublicKey, KeyError> parse_ed25519(BytesView der) {
    Ed25519Point point;
    std::ranges::copy(der.last(32), point.begin());
    const auto encoding = check_ed25519_encoding(point);
    if (!encoding) return Unexpected{encoding.error()};
    if (!is_on_edwards_curve(point)) return Unexpected{KeyError::not_on_curve};

    const OpensslPtr<EVP_PKEY> key{
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, point.data(), point.size())};
    auto parsed = new_parsed_key(Alg::ed25519, der);
    parsed->ed25519_verify.reset(EVP_MD_CTX_new());
    ROPE_CHECK(key && parsed->ed25519_verify);
    ROPE_CHECK(EVP_DigestVerifyInit_ex(parsed->ed25519_verify.get(), nullptr, nullptr, nullptr,
                                       nullptr, key.get(), nullptr) == 1);
    return PublicKey{std::move(parsed)};
}

/// Absent if the point is not on the curve; OpenSSL checks that, and that x and y are below p.
OpensslPtr<EVP_PKEY> ec_key_from_point(const char* type, std::string_view group, BytesView point) {
    const OpensslPtr<EVP_PKEY_CTX> ctx{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    ROPE_CHECK(ctx && EVP_PKEY_fromdata_init(ctx.get()) == 1);
    std::string group_name{group};
    Bytes octets = to_bytes(point);
    std::array<OSSL_PARAM, 3> params{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group_name.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* key = nullptr;
    const int made = EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data());
    OpensslPtr<EVP_PKEY> owned{key};
    if (made != 1) return nullptr;
    return owned;
}

Expected<PublicKey, KeyError> parse_ec(Alg alg, BytesView der) {
    const bool is_sm2 = alg == Alg::sm2;
    const OpensslPtr<EVP_PKEY> key =
        ec_key_from_point(is_sm2 ? "SM2" : "EC", is_sm2 ? "SM2" : "P-256", der.last(65));
    if (!key) return Unexpected{KeyError::not_on_curve};

    auto parsed = new_parsed_key(alg, der);
    if (is_sm2) parsed->sm2_za = sm2_za(der.last(64));
    parsed->ec_verify.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    ROPE_CHECK(parsed->ec_verify && EVP_PKEY_verify_init(parsed->ec_verify.get()) == 1);
    return PublicKey{std::move(parsed)};
}

constexpr std::string_view kPemBegin = "-----BEGIN PUBLIC KEY-----\n";
constexpr std::string_view kPemEnd = "-----END PUBLIC KEY-----\n";
constexpr std::size_t kPemColumns = 64;
constexpr std::size_t kPemBytesMax = 4096;

}  // namespace

std::string_view name_of(Alg alg) {
    switch (alg) {
        case Alg::ed25519:
            return "Ed25519";
        case Alg::es256:
            return "ES256";
        case Alg::sm2:
            return "SM2";
    }
    return "unknown";
}

std::optional<Alg> alg_from_cose(std::int64_t number) {
    for (const Alg alg : {Alg::ed25519, Alg::es256, Alg::sm2}) {
        if (number == static_cast<std::int64_t>(alg)) return alg;
    }
    return std::nullopt;
}

std::string_view text_of(KeyError error) {
    switch (error) {
        case KeyError::unknown_form:
            return "not the canonical DER of an Ed25519, P-256 or SM2 public key";
        case KeyError::not_on_curve:
            return "the point is not on the curve";
        case KeyError::not_canonical:
            return "the Ed25519 point is not canonically encoded";
        case KeyError::small_order:
            return "the Ed25519 point has small order";
        case KeyError::bad_pem:
            return "not exactly one PUBLIC KEY block with LF line ends";
    }
    return "unknown";
}

Alg PublicKey::alg() const {
    return parsed_->alg;
}
BytesView PublicKey::spki() const {
    return parsed_->spki;
}
const Hash32& PublicKey::kid() const {
    return parsed_->kid;
}

std::optional<Ed25519Point> PublicKey::ed25519_point() const {
    if (parsed_->alg != Alg::ed25519) return std::nullopt;
    Ed25519Point point;
    std::ranges::copy(spki().last(32), point.begin());
    return point;
}

Expected<PublicKey, KeyError> public_key_from_spki(BytesView der) {
    const QuietErrors quiet;
    if (der.size() == kEd25519SpkiBytes && starts_with(der, kEd25519Header)) {
        return parse_ed25519(der);
    }
    if (der.size() == kEcSpkiBytes) {
        if (starts_with(der, kP256Header)) return parse_ec(Alg::es256, der);
        if (starts_with(der, kSm2Header)) return parse_ec(Alg::sm2, der);
    }
    return Unexpected{KeyError::unknown_form};
}

Expected<void, KeyError> check_ed25519_encoding(const Ed25519Point& point) {
    Ed25519Point y = point;
    y[31] &= 0x7f;
    // p = 2^255 - 19: only 19 values of 255 bits are not below it.
    const bool high = y[31] == 0x7f && std::all_of(y.begin() + 1, y.end() - 1,
                                                   [](std::uint8_t b) { return b == 0xff; });
    Ed25519Point reduced = y;
    const bool at_least_p = high && y[0] >= 0xed;
    if (at_least_p) reduced = {static_cast<std::uint8_t>(y[0] - 0xed)};

    // Both signs of x share y, and "minus zero" (x = 0, sign set) exists only at y = 1 and y = -1,
    // which stand in the list: nothing else is left to check for a canonical encoding.
    const bool is_small = std::ranges::find(kSmallOrderY, reduced) != kSmallOrderY.end();
    if (is_small) return Unexpected{KeyError::small_order};
    if (at_least_p) return Unexpected{KeyError::not_canonical};
    return {};
}

std::string pem_from_spki(BytesView der) {
    const std::string text = base64(der);
    std::string pem{kPemBegin};
    for (std::size_t at = 0; at < text.size(); at += kPemColumns) {
        pem.append(text, at, kPemColumns).push_back('\n');
    }
    return pem.append(kPemEnd);
}

Expected<Bytes, KeyError> spki_from_pem(std::string_view pem) {
    if (pem.size() > kPemBytesMax || !pem.starts_with(kPemBegin) || !pem.ends_with(kPemEnd) ||
        pem.size() < kPemBegin.size() + kPemEnd.size()) {
        return Unexpected{KeyError::bad_pem};
    }
    const std::string_view body =
        pem.substr(kPemBegin.size(), pem.size() - kPemBegin.size() - kPemEnd.size());
    std::string text;
    for (const char c : body) {
        if (c != '\n') text.push_back(c);
    }
    const auto der = bytes_from_base64(text);
    // One spelling: what we would have written.
    if (!der || der->empty() || pem_from_spki(*der) != pem) return Unexpected{KeyError::bad_pem};
    return *der;
}

Bytes ed25519_spki(const Ed25519Point& point) {
    Bytes der(kEd25519SpkiBytes);
    std::ranges::copy(kEd25519Header, der.begin());
    std::ranges::copy(point, der.end() - 32);
    return der;
}

}  // namespace ropenet::crypto
