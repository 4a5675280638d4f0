// A signer whose private key lies in the memory of this process. Inside keys only.
//
// Threads: any may sign; each signature has a context of its own and the key is never changed.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <utility>

#include "base/error.hpp"
#include "keys/pem_key.hpp"
#include "keys/signer.hpp"

namespace ropenet::keys {

class LocalSigner final : public Signer {
  public:
    LocalSigner(PrivateKey private_key, crypto::PublicKey public_key)
        : private_key_{std::move(private_key)}, public_key_{std::move(public_key)} {}

    const crypto::PublicKey& public_key() const override { return public_key_; }
    Result<Bytes> sign(BytesView message) const override;

    /// For writing the key file. OpenSSL takes it as not const, and only reads it.
    EVP_PKEY* private_key() const { return private_key_.get(); }

  private:
    PrivateKey private_key_;
    crypto::PublicKey public_key_;
};

/// Checks that the algorithm is one of ours and that both halves of the key belong together.
Result<std::unique_ptr<Signer>> make_local_signer(PrivateKey private_key);

}  // namespace ropenet::keys
