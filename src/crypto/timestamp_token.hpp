// RFC 3161 timestamps as a client sees them: the request, and the check of what came back.
//
// A reply is taken only in one spelling: DER to its last byte, status granted and nothing more, one
// signer, no unsigned attributes, algorithm names that agree with each other. So every byte of a
// reply that verifies is bound by the authority's signature. Certificates are judged at the
// token's own time; there is no clock here. Knows nothing of who may be trusted: the caller brings
// the certificate of the authority that it believes.
//
// Pure; any thread. Safe on any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet::crypto {

/// A TimeStampResp with its certificates. Ours has about 4 KiB.
inline constexpr std::size_t kTimestampBytesMax = 64 * 1024;
/// A PEM file with the one certificate that a chain must end in.
inline constexpr std::size_t kTimestampCaBytesMax = 16 * 1024;

enum class TimestampError : std::uint8_t {
    oversize,
    form,          // not a TimeStampResp in the spelling above
    refused,       // the authority's answer is a refusal
    imprint,       // of other content, or not by SHA-256
    nonce,         // not the nonce of the request
    ca_form,       // not exactly one PEM certificate as pem_of_certificate writes it
    signature,     // the signature, its certificate or the chain to the CA does not hold
    not_for_this,  // the signer's certificate is not for timestamps alone
};

std::string_view text_of(TimestampError error);

/// What a reply says. Nothing of it is checked against a signature.
struct TimestampFacts {
    std::int64_t gen_time_ms = 0;
    std::string gen_time;  // the same for people: 2026-11-25T09:00:00.5Z
    std::optional<std::int64_t> accuracy_ms;
    std::string serial;  // decimal
    std::string policy;  // dotted
    bool is_sha256 = false;
    Bytes imprint;
    std::optional<Bytes> nonce;         // big-endian, as few bytes as possible
    std::string authority;              // subject of the signer's certificate; empty: none inside
    std::optional<Hash32> certificate;  // SHA-256 of the signer's certificate
};

/// A query for a SHA-256 imprint that asks for the certificate; `nonce` as in TimestampFacts.
Bytes encode_timestamp_query(const Hash32& imprint, BytesView nonce);

/// The words with which a reply refuses; empty if it does not, or is no reply.
std::string refusal_words(BytesView reply);

Expected<TimestampFacts, TimestampError> read_timestamp(BytesView reply);

/// The reply is over `imprint` and signed by an authority whose certificate leads to `ca_pem`.
Expected<TimestampFacts, TimestampError> verify_timestamp(BytesView reply, const Hash32& imprint,
                                                          std::string_view ca_pem);

/// The first certificate of a PEM text in the one spelling that verify_timestamp takes.
Expected<std::string, TimestampError> pem_of_certificate(std::string_view pem);

}  // namespace ropenet::crypto
