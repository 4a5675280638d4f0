// Makes the signed frame of a transaction: COSE_Sign1, tag 18, payload inside, unprotected map
// empty.
//
// Knows nothing of what the protected header and the payload hold; the caller puts the algorithm
// and kid of `signer` into the header. Any thread.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "keys/signer.hpp"

namespace ropenet::keys {

Result<Bytes> sign1(const Signer& signer, BytesView protected_bytes, BytesView payload);

}  // namespace ropenet::keys
