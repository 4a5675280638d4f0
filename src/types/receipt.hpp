// A receipt (RFC 9942): COSE_Sign1 over a tree root, with the path from one leaf to it.
//
//   receipt     = 18([ << protected >>, unprotected, nil, signature bstr(64) ])
//   protected   = { 1: -7, 4: kid, 15: { 1: origin, 2: tx_id in hex }, 395: 1 }
//   unprotected = { 396: { -1: [ << [ tree_size, leaf_index, [ + hash ] ] >> ] } }
//   signed      = [ "Signature1", << protected >>, h'', root ]
//
// The standard leaves tree_size and leaf_index unsigned: the record inside the leaf says them, and
// our verifier compares. A tree of one leaf has no path, so no receipt. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "types/note.hpp"

namespace ropenet {

struct Receipt {
    Hash32 kid{};  // SHA-256 of the receipt key's SubjectPublicKeyInfo
    std::string origin;
    Hash32 tx_id{};
    std::uint64_t tree_size = 0;
    std::uint64_t leaf_index = 0;
    std::vector<Hash32> path;  // at least one hash
    Signature64 signature{};   // ES256, r || s

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

enum class ReceiptError : std::uint8_t {
    malformed,  // not deterministic CBOR of a COSE_Sign1 with detached payload
    header,     // protected keys or values other than exactly these
    claims,     // issuer is not an origin, or subject no transaction id
    proof,      // unprotected keys other than exactly these, or not exactly one proof
    signature,
};

/// What the receipt key signs; reads kid, origin and tx_id of `receipt`.
Bytes receipt_message(const Receipt& receipt, const Hash32& root);

/// Pre: what decode_receipt would accept.
Bytes encode_receipt(const Receipt& receipt);
Expected<Receipt, ReceiptError> decode_receipt(BytesView bytes);

}  // namespace ropenet
