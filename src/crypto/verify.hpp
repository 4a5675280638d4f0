// Checks signatures. One rule, so that every node and every outside verifier agrees:
//
// - A signature is exactly 64 bytes. EC: r || s, big-endian, both in [1, n-1].
// - ES256 (SHA-256, P-256): also s <= n/2 (RFC 9053's r || s; the low half only, so that a third
//   party cannot make a second signature). The same rule for receipts.
// - SM2 (GB/T 32918.2, SM3, distinguishing identifier "1234567812345678"): (r+s) mod n != 0.
// - Ed25519 (RFC 8032 5.1.7, no cofactor: the encoding of [S]B - [k]A equals R): S < L, R and A
//   canonical and not of small order.
//
// Safe on any bytes. Any thread. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "crypto/ed25519_table.hpp"
#include "crypto/public_key.hpp"

namespace ropenet::crypto {

inline constexpr std::size_t kSignatureBytes = 64;

/// GM/T 0009: the identifier used when the parties agreed on none.
inline constexpr std::string_view kSm2Id = "1234567812345678";

enum class SignatureError : std::uint8_t {
    wrong_length,    // not 64 bytes
    out_of_range,    // r or s not in [1, n-1]; Ed25519: S >= L
    high_s,          // ES256 with s > n/2
    bad_point,       // Ed25519 R not canonical or of small order
    does_not_match,  // well formed, but not a signature of this message by this key
};

std::string_view text_of(SignatureError error);

Expected<void, SignatureError> verify(const PublicKey& key, BytesView message, BytesView signature);

/// Borrowed for the call.
struct VerifyItem {
    const PublicKey* key = nullptr;
    BytesView message;
    BytesView signature;
};

/// One byte an item, in order: 1 = verify() accepts it, 0 = it does not. On the calling thread. The
/// Ed25519 items, wherever they stand, go to `table` as one batch; one that it cannot check is
/// checked by verify(), so the verdicts never depend on it.
std::vector<std::uint8_t> verify_batch(std::span<const VerifyItem> items,
                                       const Ed25519Table& table = {});

/// ES256: r || s with s replaced by n - s where s > n/2, as the rule above needs. Absent unless
/// 64 bytes with r, s in [1, n-1]. For signers.
std::optional<std::array<std::uint8_t, 64>> with_low_s(BytesView signature);

}  // namespace ropenet::crypto
