// Signers with known keys, for tests only: the same seed gives the same key on every run.
// Ed25519 signatures are then the same too; EC signatures are not (random k).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "keys/key_file.hpp"
#include "keys/signer.hpp"

namespace ropenet::keys::testing {

/// `header_hex` is PKCS#8 up to the 32 secret bytes, which stand last.
inline std::unique_ptr<Signer> signer_from_secret(std::string_view header_hex,
                                                  const Hash32& secret) {
    const auto header = bytes_from_hex(header_hex);
    ROPE_CHECK(header);
    Bytes der(header->size() + secret.size());
    std::ranges::copy(*header, der.begin());
    std::ranges::copy(secret, der.end() - 32);
    auto signer = signer_from_pem("-----BEGIN PRIVATE KEY-----\n" + base64(der) +
                                  "\n-----END PRIVATE KEY-----\n");
    ROPE_CHECK(signer);
    return *std::move(signer);
}

inline std::unique_ptr<Signer> fixed_ed25519(const Hash32& seed) {
    return signer_from_secret("302e020100300506032b657004220420", seed);
}

/// `scalar` big-endian in [1, n-1]; another stops the test. The public half is computed from it.
inline std::unique_ptr<Signer> fixed_es256(const Hash32& scalar) {
    return signer_from_secret(
        "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", scalar);
}

inline std::unique_ptr<Signer> fixed_sm2(const Hash32& scalar) {
    return signer_from_secret(
        "3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420", scalar);
}

/// Where any key will do: the secret is 32 bytes ending in `number`, from 1 up.
inline std::unique_ptr<Signer> fixed_signer(crypto::Alg alg, std::uint8_t number) {
    Hash32 secret{};
    secret[31] = number;
    switch (alg) {
        case crypto::Alg::ed25519:
            return fixed_ed25519(secret);
        case crypto::Alg::es256:
            return fixed_es256(secret);
        case crypto::Alg::sm2:
            return fixed_sm2(secret);
    }
    return nullptr;
}

}  // namespace ropenet::keys::testing
