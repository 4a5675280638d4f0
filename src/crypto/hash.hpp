// Digests: SHA-256 and SM3 over bytes in memory.
//
// Knows nothing of what is hashed. Any thread. No errors: a failing library is a broken process.
#pragma once

#include <initializer_list>

#include "base/bytes.hpp"

namespace ropenet::crypto {

Hash32 sha256(BytesView bytes);

/// The digest of the parts one after another; nothing is put between them.
Hash32 sha256(std::initializer_list<BytesView> parts);

Hash32 sm3(BytesView bytes);
Hash32 sm3(std::initializer_list<BytesView> parts);

}  // namespace ropenet::crypto
