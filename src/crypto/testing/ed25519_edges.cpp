#include "crypto/testing/ed25519_edges.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/check.hpp"

namespace ropenet::crypto::testing {
namespace {

struct Free {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* ctx) const { BN_CTX_free(ctx); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

/// A number modulo a constant; the few operations that the curve's formulas need.
template <const char* kModulus>
class Residue {
  public:
    explicit Residue(unsigned value = 0) { BN_set_word(number_.get(), value); }
    explicit Residue(BytesView little_endian) {
        BN_lebin2bn(little_endian.data(), static_cast<int>(little_endian.size()), number_.get());
        BN_nnmod(number_.get(), number_.get(), modulus(), ctx());
    }
    Residue(const Residue& other) { BN_copy(number_.get(), other.number_.get()); }
    Residue& operator=(const Residue& other) {
        BN_copy(number_.get(), other.number_.get());
        return *this;
    }

    friend Residue operator+(const Residue& a, const Residue& b) { return made(BN_mod_add, a, b); }
    friend Residue operator-(const Residue& a, const Residue& b) { return made(BN_mod_sub, a, b); }
    friend Residue operator*(const Residue& a, const Residue& b) { return made(BN_mod_mul, a, b); }
    friend Residue operator/(const Residue& a, const Residue& b) {
        Residue inverse;
        ROPE_CHECK(BN_mod_inverse(inverse.number_.get(), b.number_.get(), modulus(), ctx()) !=
                   nullptr);
        return a * inverse;
    }
    Residue root() const {
        Residue out;
        ROPE_CHECK(BN_mod_sqrt(out.number_.get(), number_.get(), modulus(), ctx()) != nullptr);
        return out;
    }
    bool is_odd() const { return BN_is_odd(number_.get()) != 0; }
    unsigned modulo(unsigned small) const {
        return static_cast<unsigned>(BN_mod_word(number_.get(), small));
    }
    Bytes bytes() const {
        Bytes out(32);
        BN_bn2lebinpad(number_.get(), out.data(), 32);
        return out;
    }

    static const BIGNUM* modulus() {
        static const std::unique_ptr<BIGNUM, Free> value = [] {
            BIGNUM* number = nullptr;
            BN_hex2bn(&number, kModulus);
            return std::unique_ptr<BIGNUM, Free>{number};
        }();
        return value.get();
    }

  private:
    template <typename Operation>
    static Residue made(Operation operation, const Residue& a, const Residue& b) {
        Residue out;
        operation(out.number_.get(), a.number_.get(), b.number_.get(), modulus(), ctx());
        return out;
    }
    static BN_CTX* ctx() {
        thread_local const std::unique_ptr<BN_CTX, Free> value{BN_CTX_new()};
        return value.get();
    }

    std::unique_ptr<BIGNUM, Free> number_{BN_new()};
};

constexpr char kPrime[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
constexpr char kOrder[] = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
using Coordinate = Residue<kPrime>;
using Scalar = Residue<kOrder>;

Bytes from_hex(std::string_view text) {
    return bytes_from_hex(text).value_or(Bytes{});
}

const Coordinate& curve_d() {
    static const Coordinate d = Coordinate{} - Coordinate{121665} / Coordinate{121666};
    return d;
}

struct Point {
    Coordinate x;
    Coordinate y;
};

/// Pre: on the curve.
Point decoded(Bytes encoding) {
    const bool odd = (encoding[31] & 0x80U) != 0;
    encoding[31] &= 0x7f;
    const Coordinate y{encoding};
    const Coordinate one{1};
    Coordinate x = ((y * y - one) / (curve_d() * y * y + one)).root();
    if (x.is_odd() != odd) x = Coordinate{} - x;
    return {x, y};
}

Bytes encoded(const Point& point) {
    Bytes out = point.y.bytes();
    if (point.x.is_odd()) out[31] |= 0x80;
    return out;
}

/// RFC 8032 section 5.1.4, affine.
Point sum(const Point& a, const Point& b) {
    const Coordinate one{1};
    const Coordinate product = curve_d() * a.x * b.x * a.y * b.y;
    return {(a.x * b.y + b.x * a.y) / (one + product), (a.y * b.y + a.x * b.x) / (one - product)};
}

/// [times]T, T of order eight.
Point torsion(unsigned times) {
    const Point t =
        decoded(from_hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));
    Point out{Coordinate{}, Coordinate{1}};
    for (unsigned i = 0; i < times % 8; ++i)
        out = sum(out, t);
    return out;
}

Bytes sha512(const Bytes& bytes) {
    Bytes digest(64);
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha512(), nullptr);
    return digest;
}

Bytes joined(const Bytes& a, const Bytes& b, const Bytes& c = {}) {
    Bytes out = a;
    append(out, b);
    append(out, c);
    return out;
}

/// A scalar a and [a]B, from a seed as a key is made.
struct Pair {
    explicit Pair(std::uint8_t number) {
        const Bytes seed(32, number);
        Bytes clamped = sha512(seed);
        clamped.resize(32);
        clamped[0] &= 0xf8;
        clamped[31] = static_cast<std::uint8_t>((clamped[31] & 0x7fU) | 0x40U);
        scalar = Scalar{clamped};
        const std::unique_ptr<EVP_PKEY, Free> key{
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())};
        std::size_t size = point.size();
        EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size);
    }
    Scalar scalar;
    Bytes point = Bytes(32);
};

struct Signed {
    Bytes signature;
    unsigned k_mod_8 = 0;  // of k as it multiplies A: reduced modulo the order
};

/// S = r + k a for these encodings of R and A, whatever they encode.
Signed signature_of(const Bytes& r_encoding, const Scalar& r, const Bytes& point, const Scalar& a,
                    const Bytes& message) {
    const Scalar k{sha512(joined(r_encoding, point, message))};
    return {joined(r_encoding, (r + k * a).bytes()), k.modulo(8)};
}

Bytes plus_order(Bytes signature) {
    unsigned carry = 0;
    Bytes order(32);
    BN_bn2lebinpad(Scalar::modulus(), order.data(), 32);
    for (std::size_t i = 0; i < 32; ++i) {
        carry += static_cast<unsigned>(signature[32 + i]) + order[i];
        signature[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
    return signature;
}

const Pair& mixed_a() {
    static const Pair pair{1};
    return pair;
}
const Pair& mixed_r() {
    static const Pair pair{2};
    return pair;
}

void add_mixed_order(std::vector<Ed25519Edge>& out) {
    const MixedOrder mixed;
    for (unsigned i = 0; i < 8; ++i) {
        for (unsigned j = 0; j < 8; ++j) {
            for (std::uint8_t number = 0; number < 3; ++number) {
                out.push_back(mixed.sign(
                    i, j, {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(j), number}));
            }
        }
    }
}

/// The equation holds, and R has small order or a second encoding.
void add_bad_r(std::vector<Ed25519Edge>& out) {
    const Pair a{3};
    const Bytes message{7};
    for (unsigned j = 0; j < 8; ++j) {
        const Bytes r = encoded(torsion(j));
        out.push_back({"R = " + std::to_string(j) + "T", a.point, message,
                       signature_of(r, Scalar{}, a.point, a.scalar, message).signature, false});
    }
    for (const std::string_view r :
         {"0100000000000000000000000000000000000000000000000000000000000080",  // minus zero
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // 1 + p
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // both
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // y = -1, sign set
          "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // 3 + p
          "0200000000000000000000000000000000000000000000000000000000000000"}) {  // not on the
                                                                                  // curve
        out.push_back({"R = " + std::string{r}, a.point, message,
                       signature_of(from_hex(r), Scalar{}, a.point, a.scalar, message).signature,
                       false});
    }
}

/// One valid signature and what is one bit or one order beside it, at each length of a message that
/// ends near a block of SHA-512 (R and A come first: 64 bytes).
void add_ordinary(std::vector<Ed25519Edge>& out) {
    const Pair a{4};
    const Pair r{5};
    for (const std::size_t size : {0U, 1U, 46U, 47U, 48U, 63U, 64U, 65U, 174U, 175U, 176U, 191U,
                                   192U, 193U, 360U, 65'536U}) {
        const Bytes message(size, 0x5a);
        const std::string name = std::to_string(size) + " bytes";
        const Bytes good = signature_of(r.point, r.scalar, a.point, a.scalar, message).signature;
        const auto add = [&](const std::string& what, const Bytes& signature, bool accepted) {
            out.push_back({name + what, a.point, message, signature, accepted});
        };
        add(" signed", good, true);
        add(" S + L", plus_order(good), false);
        Bytes other = good;
        other[31] ^= 0x80;
        add(" R negated", other, false);
        other = good;
        other[63] |= 0x80;
        add(" high bit of S", other, false);
        other = joined(Bytes{good.begin(), good.begin() + 32}, Bytes(32));
        add(" S = 0", other, false);
        add(" S = L", plus_order(other), false);
        out.push_back({name + " another key", Pair{6}.point, message, good, false});
        if (size == 0) continue;
        Bytes changed = message;
        changed.back() ^= 1;
        out.push_back({name + " last bit changed", a.point, changed, good, false});
    }
}

// ed25519-speccheck, cases.json (Apache-2.0, Novi Financial): message, key, signature. Only number
// 3 obeys the rule of verify.hpp.
constexpr std::array<std::array<std::string_view, 4>, 12> kSpeccheck{{
    {"8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
     "0000000000000000000000000000000000000000000000000000000000000000"},
    {"9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
     "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"},
    {"aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
     "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
     "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e"},
    {"9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
     "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
     "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f",
     "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009"},
    {"e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
     "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
     "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512",
     "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09"},
    {"e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
     "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
     "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7",
     "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405"},
    {"85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
     "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
     "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e",
     "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514"},
    {"85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
     "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
     "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942",
     "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22"},
    {"9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
     "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f"},
    {"9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
     "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908"},
    {"e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc",
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"},
    {"39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc",
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"},
}};

void add_speccheck(std::vector<Ed25519Edge>& out) {
    for (std::size_t i = 0; i < kSpeccheck.size(); ++i) {
        const auto& [message, point, r, s] = kSpeccheck[i];
        out.push_back({"speccheck " + std::to_string(i), from_hex(point), from_hex(message),
                       joined(from_hex(r), from_hex(s)), i == 3});
    }
}

}  // namespace

MixedOrder::MixedOrder() {
    for (unsigned i = 0; i < 8; ++i) {
        points_.push_back(encoded(sum(decoded(mixed_a().point), torsion(i))));
        r_encodings_.push_back(encoded(sum(decoded(mixed_r().point), torsion(i))));
    }
}

Ed25519Edge MixedOrder::sign(unsigned i, unsigned j, Bytes message) const {
    const Bytes& point = points_[i];
    Signed made = signature_of(r_encodings_[j], mixed_r().scalar, point, mixed_a().scalar, message);
    return {.name = "A + " + std::to_string(i) + "T, R + " + std::to_string(j) + "T, message " +
                    hex(message),
            .point = point,
            .message = std::move(message),
            .signature = std::move(made.signature),
            .accepted = (j + made.k_mod_8 * i) % 8 == 0};
}

std::vector<Ed25519Edge> ed25519_edges() {
    std::vector<Ed25519Edge> out;
    add_ordinary(out);
    add_mixed_order(out);
    add_bad_r(out);
    add_speccheck(out);
    return out;
}

}  // namespace ropenet::crypto::testing
