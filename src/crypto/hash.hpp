// Digests: SHA-256 and SM3 over bytes in memory, SHA-256 also over bytes that come in pieces.
//
// Knows nothing of what is hashed. Any thread. No errors: a failing library is a broken process.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.hpp"

namespace ropenet::crypto {

Hash32 sha256(BytesView bytes);

/// The digest of the parts one after another; nothing is put between them.
Hash32 sha256(std::initializer_list<BytesView> parts);

/// One digest over pieces, for what is larger than memory should hold. One thread each.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void update(BytesView piece);
    /// The digest of all pieces; the next piece begins another.
    Hash32 finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

Hash32 sm3(BytesView bytes);
Hash32 sm3(std::initializer_list<BytesView> parts);

}  // namespace ropenet::crypto
