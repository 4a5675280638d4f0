// The offline verifier of evidence bundles: files in, verdict out. No clock, no network, no disk.
//
// Every byte of every file is bound by some check. A timestamp that is wrong makes the bundle
// invalid; one of an unknown authority is told apart and changes nothing. The verdict is `invalid`
// if any check fails; `valid` if none does and the policy is the trusted one or is reached from it
// by the bundle's policy chain; otherwise `consistent`: right in itself, but by whom is not
// established.
//
// Threads: a cache belongs to one thread at a time. Errors: none; a broken bundle is a verdict.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/ed25519_table.hpp"
#include "crypto/public_key.hpp"
#include "crypto/timestamp_token.hpp"
#include "types/bundle.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

/// A policy obtained independently of the bundle: the text of policy.txt.
struct TrustedPolicy {
    std::string text;
};

/// The CA of a timestamp authority, obtained independently of the bundle, in the spelling of
/// crypto::pem_of_certificate.
struct TrustedTsa {
    std::string ca_pem;
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

    struct TimestampQuestion {
        BytesView reply;
        BytesView text;  // what it is to be over
        std::string_view ca;
    };
    Expected<crypto::TimestampFacts, crypto::TimestampError> timestamp(
        const TimestampQuestion& question);

  private:
    static constexpr std::size_t kRopesMax = 256;
    static constexpr std::size_t kKeysMax = 4096;
    static constexpr std::size_t kTimestampsMax = 256;

    crypto::Ed25519Table ed25519_;
    std::map<Hash32, std::shared_ptr<const RopeFacts>> ropes_;
    std::map<Bytes, crypto::PublicKey> keys_;
    std::map<Hash32, Expected<crypto::TimestampFacts, crypto::TimestampError>> timestamps_;
};

Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust);
/// `tsa` is for timestamps of authorities that the rope does not list.
Verdict verify_bundle(const BundleFiles& files, const std::optional<TrustedPolicy>& trust,
                      VerifierCache& cache, const std::optional<TrustedTsa>& tsa = {});
/// One verdict each; their signatures are checked in one batch.
std::vector<Verdict> verify_bundles(std::span<const BundleFiles> bundles,
                                    const std::optional<TrustedPolicy>& trust, VerifierCache& cache,
                                    const std::optional<TrustedTsa>& tsa = {});

}  // namespace ropenet::verify
