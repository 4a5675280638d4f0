// A TLS certificate for development, under an authority that signs it and nothing else ever.
//
// The authority's key is forgotten once it has signed: whoever trusts its certificate trusts this
// node alone. Knows no files. Any thread. Errors: config (a host out of form), unavailable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "keys/pem_key.hpp"

namespace ropenet::keys {

inline constexpr int kDevelopmentDays = 365;
inline constexpr std::size_t kCertificateHostsMax = 16;
inline constexpr std::size_t kHostBytesMax = 253;  // RFC 1035 section 2.3.4, written as text

struct DevelopmentCertificate {
    std::string ca_pem;
    std::string certificate_pem;
    PrivateKey key;  // on P-256
};

/// `hosts`: names and addresses under which clients reach the node.
Result<DevelopmentCertificate> make_development_certificate(const std::vector<std::string>& hosts,
                                                            std::int64_t now_ms);

}  // namespace ropenet::keys
