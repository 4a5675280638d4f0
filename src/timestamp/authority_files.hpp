// The files of a timestamp authority: how they are made and read.
//
// A CA of its own that signs exactly one certificate, whose only use is timestamps (critical) and
// whose policy is the one that tokens carry. Both keys are RSA-3072. The CA's key is needed for the
// next certificate alone and may be moved away. Any thread.
// Errors: exists, config, io, corrupt, not_found.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "keys/pem_key.hpp"
#include "storage/file.hpp"
#include "timestamp/openssl_types.hpp"

namespace ropenet::timestamp {

struct AuthorityFiles {
    std::string folder;       // of the three public files below
    std::string ca;           // PEM
    std::string certificate;  // PEM; written last: without it there is no authority
    std::string book;         // issue_book.hpp
    std::string ca_key;       // private, 0600
    std::string key;
};

/// Names that stand in the certificates.
struct AuthorityName {
    std::string name = "DEMO, no evidential value";
    /// 2.999 is the arc for examples; whoever has an arc takes a number of it.
    std::string policy = "2.999.3161.1";
};

inline constexpr int kCaYears = 20;
inline constexpr int kCertificateYears = 10;
inline constexpr std::size_t kAuthorityNameBytesMax = 64;  // ub-common-name of RFC 5280

/// `exists` if there is an authority already; what an interrupted run left is made again.
Result<void> make_authority(storage::FileSystem& fs, const AuthorityFiles& files,
                            const AuthorityName& name, const Clock& clock);

Result<bool> has_authority(storage::FileSystem& fs, const AuthorityFiles& files);

/// SHA-256 of the DER certificate, as keys.txt lists it.
Result<Hash32> certificate_digest(storage::FileSystem& fs, const AuthorityFiles& files);

struct AuthorityKeys {
    keys::PrivateKey key;
    OpensslPtr<X509> certificate;
    std::string ca_pem;
    std::string policy;  // dotted, from the certificate
    Hash32 certificate_sha256{};
};

Result<AuthorityKeys> load_authority_keys(storage::FileSystem& fs, const AuthorityFiles& files);

}  // namespace ropenet::timestamp
