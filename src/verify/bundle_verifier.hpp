// The offline verifier of evidence bundles: files in, verdict out. No clock, no network, no disk.
//
// Every byte of every file is bound by some check; what this version cannot check (a timestamp) is
// refused, never passed over. The verdict is `invalid` if any check fails; `valid` if none does and
// the policy is the trusted one or is reached from it by the bundle's policy chain; otherwise
// `consistent`: right in itself, but by whom is not established.
//
// Threads: a cache belongs to one thread. Errors: never; a broken bundle is a verdict.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/public_key.hpp"
#include "types/bundle.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

/// A policy obtained independently of the bundle: the text of policy.txt.
struct TrustedPolicy {
    std::string text;
};

/// Remembers what many bundles share: their checkpoint's signatures and genesis, and their keys.
class VerifierCache {
  public:
    const std::vector<Check>* find_shared(const Hash32& key) const;
    void put_shared(const Hash32& key, std::vector<Check> checks);
    const crypto::PublicKey* find_key(BytesView pem) const;
    void put_key(BytesView pem, const crypto::PublicKey& key);

  private:
    static constexpr std::size_t kSharedMax = 256;
    static constexpr std::size_t kKeysMax = 4096;

    std::map<Hash32, std::vector<Check>> shared_;
    std::map<Bytes, crypto::PublicKey> keys_;
};

Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust);
Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust,
                      VerifierCache& cache);

}  // namespace ropenet::verify
