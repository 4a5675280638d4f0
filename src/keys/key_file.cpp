#include "keys/key_file.hpp"

#include <openssl/evp.h>

#include <string>

#include "keys/local_signer.hpp"
#include "keys/pem_key.hpp"
#include "keys/secret_file.hpp"

namespace ropenet::keys {
Result<std::unique_ptr<Signer>> generate_signer(crypto::Alg alg) {
    EVP_PKEY* key = nullptr;
    switch (alg) {
        case crypto::Alg::ed25519:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
            break;
        case crypto::Alg::es256:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
            break;
        case crypto::Alg::sm2:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
            break;
    }
    if (key == nullptr) {
        return fail(ErrorCode::unavailable, with_openssl_reason("generating a key failed"));
    }
    return make_local_signer(PrivateKey{key});
}

Result<std::unique_ptr<Signer>> signer_from_pem(std::string_view pem) {
    ROPE_TRY(PrivateKey key, private_key_from_pem(pem, "Ed25519, EC on P-256, or SM2"));
    return make_local_signer(std::move(key));
}

Result<std::unique_ptr<Signer>> load_signer(const std::filesystem::path& path) {
    SecretText text{kKeyFileBytesMax};
    ROPE_TRY(const std::size_t size, read_secret_file(path, text));
    auto signer = signer_from_pem(text.first(size));
    if (!signer) return Unexpected{with_context("key file " + path.string(), signer.error())};
    return signer;
}

Result<std::string> read_key_pem(const std::filesystem::path& path) {
    SecretText text{kKeyFileBytesMax};
    ROPE_TRY(const std::size_t size, read_secret_file(path, text));
    return std::string{text.first(size)};
}

Result<void> save_signer(const Signer& signer, const std::filesystem::path& path,
                         Overwrite overwrite) {
    const auto* local = dynamic_cast<const LocalSigner*>(&signer);
    if (local == nullptr) {
        return fail(ErrorCode::invalid, "the private key of this signer is not in this process");
    }
    return save_private_key(local->private_key(), path, overwrite);
}

}  // namespace ropenet::keys
