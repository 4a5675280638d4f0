#include "keys/local_signer.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/verify.hpp"

namespace ropenet::keys {
namespace {

// More than any signature of the three algorithms in DER.
constexpr std::size_t kDerSignatureBytesMax = 80;

struct SignFree {
    void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
    void operator()(EVP_PKEY_CTX* ctx) const { EVP_PKEY_CTX_free(ctx); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

const char* digest_of(crypto::Alg alg) {
    switch (alg) {
        case crypto::Alg::ed25519:
            return nullptr;
        case crypto::Alg::es256:
            return "SHA256";
        case crypto::Alg::sm2:
            return "SM3";
    }
    return nullptr;
}

Result<Bytes> raw_from_der(BytesView der) {
    const unsigned char* at = der.data();
    const std::unique_ptr<ECDSA_SIG, SignFree> parts{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
    Bytes raw(crypto::kSignatureBytes);
    if (!parts || BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), raw.data(), 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), raw.data() + 32, 32) != 32) {
        return fail(ErrorCode::invalid, with_openssl_reason("signing made no usable signature"));
    }
    return raw;
}

std::optional<crypto::Alg> alg_of(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "ED25519") == 1) return crypto::Alg::ed25519;
    if (EVP_PKEY_is_a(key, "SM2") == 1) return crypto::Alg::sm2;
    std::array<char, 64> group{};
    if (EVP_PKEY_is_a(key, "EC") == 1 &&
        EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
        std::string_view{group.data()} == "prime256v1") {
        return crypto::Alg::es256;
    }
    return std::nullopt;
}

/// Uncompressed, whatever form the file used for the point.
Bytes spki_of(EVP_PKEY* key, crypto::Alg alg) {
    if (alg != crypto::Alg::ed25519) {
        EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                       "uncompressed");
    }
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0) return {};
    Bytes spki(der, der + size);
    OPENSSL_free(der);
    return spki;
}

bool halves_belong_together(EVP_PKEY* key) {
    const std::unique_ptr<EVP_PKEY_CTX, SignFree> ctx{
        EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    return ctx && EVP_PKEY_pairwise_check(ctx.get()) == 1;
}

}  // namespace

Result<Bytes> LocalSigner::sign(BytesView message) const {
    const crypto::Alg alg = public_key_.alg();
    const std::unique_ptr<EVP_MD_CTX, SignFree> ctx{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* key_ctx = nullptr;  // owned by ctx
    bool ready = ctx && EVP_DigestSignInit_ex(ctx.get(), &key_ctx, digest_of(alg), nullptr, nullptr,
                                              private_key_.get(), nullptr) == 1;
    if (ready && alg == crypto::Alg::sm2) {
        // OpenSSL's default identifier is the empty one.
        ready = EVP_PKEY_CTX_set1_id(key_ctx, crypto::kSm2Id.data(),
                                     static_cast<int>(crypto::kSm2Id.size())) == 1;
    }
    Bytes der(kDerSignatureBytesMax);
    std::size_t size = der.size();
    if (!ready ||
        EVP_DigestSign(ctx.get(), der.data(), &size, message.data(), message.size()) != 1) {
        return fail(ErrorCode::invalid, with_openssl_reason("signing failed"));
    }
    der.resize(size);
    if (alg == crypto::Alg::ed25519) return der;

    ROPE_TRY(Bytes raw, raw_from_der(der));
    if (alg == crypto::Alg::sm2) return raw;
    const auto low = crypto::with_low_s(raw);
    if (!low) return fail(ErrorCode::invalid, "signing made a number out of range");
    return to_bytes(*low);
}

Result<std::unique_ptr<Signer>> make_local_signer(PrivateKey private_key) {
    const auto alg = alg_of(private_key.get());
    if (!alg) {
        return fail(ErrorCode::config,
                    "the key type is not supported; use Ed25519, EC on P-256, or SM2");
    }
    if (!halves_belong_together(private_key.get())) {
        return fail(ErrorCode::config,
                    with_openssl_reason("the public half does not belong to the private key"));
    }
    const auto public_key = crypto::public_key_from_spki(spki_of(private_key.get(), *alg));
    if (!public_key) {
        return fail(ErrorCode::config,
                    "the public half is refused: " + std::string{text_of(public_key.error())});
    }
    std::unique_ptr<Signer> signer =
        std::make_unique<LocalSigner>(std::move(private_key), *public_key);
    return signer;
}

}  // namespace ropenet::keys
