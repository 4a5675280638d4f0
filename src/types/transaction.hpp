// A transaction: a signed request (COSE_Sign1, RFC 9052, embedded payload).
//
//   tx        = 18([protected bstr, {}, payload bstr, signature bstr .size 64])
//   protected = { 1: alg, 4: kid bstr .size 32, 15: {1: iss tstr, 2: sub tstr}, 16: content type }
//   payload   = { 1: origin, 2: nonce bstr .size 16, 3: expires_at_ms, 4: contract, 5: action,
//                 6: args {tstr => any} }
//
// Decoding checks form alone: canonical bytes, exact keys, names, iss and sub against the payload.
// Signature, origin, time and account are checked where they are known (admission, execution).
// Format: docs/spec/transaction.md. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "crypto/public_key.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {

inline constexpr std::string_view kTxContentType = "application/ropenet-tx+cbor";

/// Why a transaction gets no record. The names are stable codes of the API (`tx.<name>`).
enum class TxError : std::uint8_t {
    oversize,          // more than kTxBytesMax
    malformed,         // not CBOR, or not this COSE structure
    not_canonical,     // CBOR, but not its one deterministic encoding
    too_deep,          // nested beyond the codec's limit
    protected_header,  // other keys, types or values than the format's
    claims_disagree,   // sub is not `<contract>/<action>` of the payload
    payload,           // other keys or types than the format's, or a name out of form
    signature,
    origin,           // of another rope
    expired,          // block time > expires_at_ms
    expiry_too_far,   // expires_at_ms > block time + kTxLifetimeMsMax
    duplicate,        // recorded already
    unknown_account,  // no account of that id, or it does not hold that key
};

std::string_view name_of(TxError error);

struct Transaction {
    Bytes encoded;
    Hash32 tx_id{};
    crypto::Alg alg = crypto::Alg::ed25519;
    Hash32 kid{};
    AccountId account;
    std::string origin;
    std::array<std::uint8_t, kTxNonceBytes> nonce{};
    std::int64_t expires_at_ms = 0;
    std::string contract;
    std::string action;
    Bytes args;           // the encoded map
    Bytes sig_structure;  // the bytes that are signed; tx_id is their SHA-256
    Bytes signature;      // 64 bytes

    friend bool operator==(const Transaction&, const Transaction&) = default;
};

Expected<Transaction, TxError> decode_transaction(BytesView bytes);

/// What a client fills in before it signs.
struct TxDraft {
    std::string origin;
    AccountId account;
    std::array<std::uint8_t, kTxNonceBytes> nonce{};
    std::int64_t expires_at_ms = 0;
    std::string contract;
    std::string action;
    Bytes args;  // an encoded CBOR map with text keys
};

/// The two byte strings of the COSE structure; `keys::sign1` signs them.
Bytes encode_tx_protected(const TxDraft& draft, crypto::Alg alg, const Hash32& kid);
Bytes encode_tx_payload(const TxDraft& draft);

}  // namespace ropenet
