// A private key inside OpenSSL, and its one form in a file: unencrypted PKCS#8 PEM, mode 0600.
//
// Inside keys, and for timestamp, whose key has a certificate and is no Signer. Any thread.
// Errors: as key_file.hpp says.
#pragma once

#include <openssl/evp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "keys/key_file.hpp"

namespace ropenet::keys {

struct KeyFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, KeyFree>;

/// "what: OpenSSL's last reason"; empties the thread's error queue.
std::string with_openssl_reason(std::string what);

/// Takes one PRIVATE KEY block; `kinds` is for the sentence alone.
Result<PrivateKey> private_key_from_pem(std::string_view pem, std::string_view kinds);

/// OpenSSL takes the key as not const, and only reads it.
Result<void> save_private_key(EVP_PKEY* key, const std::filesystem::path& path,
                              Overwrite overwrite);

/// RSA-3072: what a timestamp is signed with.
Result<PrivateKey> generate_rsa_key();
/// Refuses a file that group or others may read, and any key but RSA-3072.
Result<PrivateKey> load_rsa_key(const std::filesystem::path& path);

}  // namespace ropenet::keys
