// Public keys that may sign: Ed25519, ES256 (P-256) and SM2, as DER SubjectPublicKeyInfo.
//
// A key has one accepted encoding, so that kid = SHA-256(SPKI) names it: fixed DER header of its
// algorithm, EC points uncompressed and on the curve, Ed25519 points canonical, on the curve and
// not of small order. Knows nothing of certificates, owners or files.
//
// Threads: a PublicKey is immutable; copies share one parsed key, any thread may verify with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet::crypto {

/// COSE algorithm numbers; stand in the protected header of what is signed.
enum class Alg : std::int32_t { ed25519 = -8, es256 = -7, sm2 = -65537 };

/// "Ed25519", "ES256" or "SM2".
std::string_view name_of(Alg alg);
std::optional<Alg> alg_from_cose(std::int64_t number);

enum class KeyError : std::uint8_t {
    unknown_form,   // not byte for byte one of the three accepted SubjectPublicKeyInfo forms
    not_on_curve,   // the point is not on the curve of its algorithm
    not_canonical,  // Ed25519: y >= p
    small_order,    // Ed25519: one of the eight torsion points, in whatever encoding
    bad_pem,        // not exactly one PUBLIC KEY block with LF line ends of 64 columns
};

std::string_view text_of(KeyError error);

inline constexpr std::size_t kEd25519SpkiBytes = 44;
inline constexpr std::size_t kEcSpkiBytes = 91;

using Ed25519Point = std::array<std::uint8_t, 32>;

struct ParsedKey;  // parsed_key.hpp, inside this module

class PublicKey {
  public:
    Alg alg() const;
    BytesView spki() const;
    /// SHA-256 of spki().
    const Hash32& kid() const;
    /// The raw 32 bytes, as C2SP verifier keys carry them; absent for other algorithms.
    std::optional<Ed25519Point> ed25519_point() const;

    friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.kid() == b.kid(); }

    /// For this module only.
    explicit PublicKey(std::shared_ptr<const ParsedKey> parsed) : parsed_{std::move(parsed)} {}
    const ParsedKey& parsed() const { return *parsed_; }

  private:
    // Shared because keys sit in caches, queues and batches at once and parsing costs a tenth of a
    // verification or more; never changed after construction.
    std::shared_ptr<const ParsedKey> parsed_;
};

/// Safe on any bytes.
Expected<PublicKey, KeyError> public_key_from_spki(BytesView der);

/// PUBLIC KEY block, 64 columns, LF, ends with LF.
std::string pem_from_spki(BytesView der);

/// Accepts exactly what pem_from_spki writes; does not look at the key inside.
Expected<Bytes, KeyError> spki_from_pem(std::string_view pem);

/// The DER form of a raw Ed25519 key. Does not check the point.
Bytes ed25519_spki(const Ed25519Point& point);

/// Checks of one Ed25519 encoding, for keys and for R of signatures: canonical and not small
/// order. Not whether it is on the curve.
Expected<void, KeyError> check_ed25519_encoding(const Ed25519Point& point);

}  // namespace ropenet::crypto
