// Private keys in files: unencrypted PKCS#8 PEM, mode 0600, read with stock tools.
//
// A private key leaves this module only through save_signer. Any thread.
// Errors: config (the file's content or mode; says how to mend it), not_found, exists, io.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "crypto/public_key.hpp"
#include "keys/signer.hpp"

namespace ropenet::keys {

Result<std::unique_ptr<Signer>> generate_signer(crypto::Alg alg);

/// Refuses a file that group or others may read.
Result<std::unique_ptr<Signer>> load_signer(const std::filesystem::path& path);

/// The text of a private key file, for a library that reads it itself. Refuses a file that group or
/// others may read.
Result<std::string> read_key_pem(const std::filesystem::path& path);

/// Takes one PRIVATE KEY block of an Ed25519, P-256 or SM2 key.
Result<std::unique_ptr<Signer>> signer_from_pem(std::string_view pem);

enum class Overwrite : std::uint8_t { refuse, allow };

/// Durable when it returns: temporary file (0600), fsync, put in place, fsync of the folder.
/// `invalid` for a signer whose key is not in this process.
Result<void> save_signer(const Signer& signer, const std::filesystem::path& path,
                         Overwrite overwrite = Overwrite::refuse);

}  // namespace ropenet::keys
