// The query of RFC 3161 (TimeStampReq) from a stranger: taken, or refused by one of the names that
// the RFC has for it.
//
// Pure; any thread. Safe on any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet::timestamp {

/// A query with the largest digest, policy and nonce that are taken has a tenth of it.
inline constexpr std::size_t kQueryBytesMax = 4 * 1024;
inline constexpr std::size_t kNonceBytesMax = 32;

/// PKIFailureInfo: the numbers are bits of the answer.
enum class QueryRefusal : std::uint8_t {
    bad_alg = 0,              // not SHA-256, SHA-384, SHA-512 or SM3
    bad_request = 2,          // another version, or a nonce of another size
    bad_data_format = 5,      // not a DER TimeStampReq, too large, or a digest of another length
    time_not_available = 14,  // the clock went back or was set
    unaccepted_policy = 15,
    unaccepted_extension = 16,
    system_failure = 25,
};

/// "badAlg" and so on, as the RFC writes them.
std::string_view name_of(QueryRefusal refusal);

/// Nothing is left to refuse but for reasons of the authority's own. `policy` is dotted.
Expected<void, QueryRefusal> check_query(BytesView query, const std::string& policy);

/// A TimeStampResp with status rejection, the failure's bit and its name as text.
Bytes encode_refusal(QueryRefusal refusal);

}  // namespace ropenet::timestamp
