// X.509 certificates that a node makes by itself: for its timestamps, and for TLS in development.
//
// Knows no files. Any thread. Errors: config (a name out of form), unavailable (OpenSSL failed).
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace ropenet::keys {

struct CertificateFree {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

/// In OpenSSL's language of extensions.
struct CertificateExtension {
    int nid = NID_undef;
    std::string value;
};

/// What one certificate is about.
struct CertificateDraft {
    std::string common_name;
    std::string organisation;
    int days = 0;
    std::vector<CertificateExtension> extensions;
    std::string policy;  // dotted; may be empty
};

/// Both lent for the call; no certificate: the new one signs itself.
struct CertificateIssuer {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
};

/// For the holder of `key`, from now on.
Result<Certificate> make_certificate(const CertificateDraft& draft, EVP_PKEY* key,
                                     const CertificateIssuer& issuer, std::int64_t now_ms);

Result<std::string> pem_of(X509* certificate);

}  // namespace ropenet::keys
