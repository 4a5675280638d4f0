// Something that holds one private key and signs with it, wherever the key lies.
//
// Knows nothing of what is signed. Any thread may call. What it makes is what crypto::verify
// accepts.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "crypto/public_key.hpp"

namespace ropenet::keys {

class Signer {
  public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    virtual const crypto::PublicKey& public_key() const = 0;

    /// 64 raw bytes: Ed25519 R || S, EC r || s (ES256 with low s).
    virtual Result<Bytes> sign(BytesView message) const = 0;
};

}  // namespace ropenet::keys
