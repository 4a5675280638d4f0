// What a PublicKey shares with verify: the checked key inside OpenSSL, ready to copy. Inside crypto
// only.
//
// Threads: the contexts are templates; they are only ever duplicated, which reads them and counts
// references atomically.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "base/bytes.hpp"
#include "crypto/public_key.hpp"
#include "crypto/quiet_errors.hpp"

namespace ropenet::crypto {

struct OpensslFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* ctx) const { EVP_PKEY_CTX_free(ctx); }
    void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
};

template <typename T>
using OpensslPtr = std::unique_ptr<T, OpensslFree>;

struct ParsedKey {
    Alg alg = Alg::ed25519;
    Bytes spki;
    Hash32 kid{};
    Hash32 sm2_za{};  // SM2: the digest of identifier, curve and key that goes before the message
    OpensslPtr<EVP_MD_CTX> ed25519_verify;  // Ed25519 only, initialised for one-shot verification
    OpensslPtr<EVP_PKEY_CTX> ec_verify;     // EC only, initialised for verification of a digest
};

}  // namespace ropenet::crypto
