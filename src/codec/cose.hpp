// The frame of COSE_Sign1 (RFC 9052 section 4.2), tag 18: four fields in, four fields out.
//
// Knows neither algorithms nor header parameters: what the protected and unprotected maps must hold
// is for the format that uses the frame. Deterministic CBOR only, so one message has one encoding.
// Pure; any thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "codec/cbor.hpp"

namespace ropenet::cose {

using cbor::CborError;

/// Points into the message it was read from.
struct Sign1View {
    BytesView protected_bytes;         // the content of the bstr, not checked further
    BytesView unprotected;             // an encoded map
    std::optional<BytesView> payload;  // absent: nil, the payload is detached
    BytesView signature;
};

struct Sign1 {
    Bytes protected_bytes;
    Bytes unprotected = {0xA0};
    std::optional<Bytes> payload;
    Bytes signature;

    friend bool operator==(const Sign1&, const Sign1&) = default;
};

Sign1View parts_of(const Sign1& message);

Expected<Sign1View, CborError> decode_sign1_view(BytesView bytes);
Expected<Sign1, CborError> decode_sign1(BytesView bytes);

Bytes encode_sign1(const Sign1View& message);
Bytes encode_sign1(const Sign1& message);

/// What is signed: ["Signature1", protected, h'', payload], without external data.
Bytes sig_structure(BytesView protected_bytes, BytesView payload);

}  // namespace ropenet::cose
