// Signers with known keys, for tests only: the same seed gives the same key on every run.
// Ed25519 signatures are then reproducible too; EC signatures are not (random k).
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "keys/signer.hpp"

namespace ropenet::keys::testing {

std::unique_ptr<Signer> fixed_ed25519(const Hash32& seed);
/// `scalar` big-endian in [1, n-1]; another stops the test.
std::unique_ptr<Signer> fixed_es256(const Hash32& scalar);
std::unique_ptr<Signer> fixed_sm2(const Hash32& scalar);

/// The same for a small number, where any key will do: 32 bytes ending in `number`, from 1 up.
std::unique_ptr<Signer> fixed_signer(crypto::Alg alg, std::uint8_t number);

}  // namespace ropenet::keys::testing
