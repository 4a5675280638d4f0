// The offline verifier of evidence bundles: files in, verdict out. No clock, no network, no disk.
//
// Every byte of every file is bound by some check; what this version cannot check (a timestamp) is
// refused, never passed over. The verdict is `invalid` if any check fails; `valid` if none does and
// the policy is the trusted one or is reached from it by the bundle's policy chain; otherwise
// `consistent`: right in itself, but by whom is not established.
//
// Threads: a cache belongs to one thread at a time. Errors: none; a broken bundle is a verdict.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "crypto/ed25519_table.hpp"
#include "crypto/public_key.hpp"
#include "types/bundle.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

/// A policy obtained independently of the bundle: the text of policy.txt.
struct TrustedPolicy {
    std::string text;
};

struct RopeFacts;  // rope_facts.hpp, inside this module

/// Remembers what many bundles of one rope share, so that a checkpoint's signatures, the genesis
/// and the policies are checked once, and each key is parsed once.
class VerifierCache {
  public:
    /// Transactions' Ed25519 signatures are checked by `ed25519`; empty: by OpenSSL.
    explicit VerifierCache(const crypto::Ed25519Table& ed25519 = {}) : ed25519_{ed25519} {}

    const crypto::Ed25519Table& ed25519() const { return ed25519_; }

    std::shared_ptr<const RopeFacts> find_rope(const Hash32& digest) const;
    void put_rope(const Hash32& digest, std::shared_ptr<const RopeFacts> facts);

    /// The key of a PEM file; absent if it is not exactly one accepted key.
    std::optional<crypto::PublicKey> key_from_pem(const Bytes& pem);

  private:
    static constexpr std::size_t kRopesMax = 256;
    static constexpr std::size_t kKeysMax = 4096;

    crypto::Ed25519Table ed25519_;
    std::map<Hash32, std::shared_ptr<const RopeFacts>> ropes_;
    std::map<Bytes, crypto::PublicKey> keys_;
};

Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust);
Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust,
                      VerifierCache& cache);

}  // namespace ropenet::verify
