#include "keys/development_certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string_view>

#include "keys/certificate.hpp"

namespace ropenet::keys {
namespace {

constexpr std::string_view kOrganisation = "DEMO, no evidential value";

bool is_address(const std::string& host) {
    ASN1_OCTET_STRING* const parsed = a2i_IPADDRESS(host.c_str());
    ERR_clear_error();
    const bool is = parsed != nullptr;
    ASN1_OCTET_STRING_free(parsed);
    return is;
}

/// No character that would end it in OpenSSL's language of extensions.
bool is_host_name(std::string_view host) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    if (host.starts_with("*.")) host.remove_prefix(2);
    return !host.empty() && host.size() <= kHostBytesMax && host.front() != '.' &&
           host.front() != '-' && host.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<PrivateKey> generate_key() {
    PrivateKey key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    if (!key) return fail(ErrorCode::unavailable, with_openssl_reason("generating a key failed"));
    return key;
}

Result<std::string> names_from(const std::vector<std::string>& hosts) {
    if (hosts.empty() || hosts.size() > kCertificateHostsMax) {
        return fail(ErrorCode::config, "a certificate is for 1 to 16 hosts");
    }
    std::string out;
    for (const std::string& host : hosts) {
        const bool address = host.size() <= kHostBytesMax && is_address(host);
        if (!address && !is_host_name(host)) {
            return fail(ErrorCode::config, "'" + host + "' is no host name and no address");
        }
        out += (out.empty() ? "" : ",") + std::string{address ? "IP:" : "DNS:"} + host;
    }
    return out;
}

CertificateDraft ca_draft() {
    return {.common_name = "ropenet development CA of one node",
            .organisation = std::string{kOrganisation},
            .days = kDevelopmentDays,
            .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {NID_subject_key_identifier, "hash"}},
            .policy = {}};
}

CertificateDraft server_draft(std::string names) {
    return {.common_name = "ropenet development node",
            .organisation = std::string{kOrganisation},
            .days = kDevelopmentDays,
            .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "serverAuth"},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"},
                           {NID_subject_alt_name, std::move(names)}},
            .policy = {}};
}

}  // namespace

Result<DevelopmentCertificate> make_development_certificate(const std::vector<std::string>& hosts,
                                                            std::int64_t now_ms) {
    DevelopmentCertificate out;
    ROPE_TRY(std::string names, names_from(hosts));
    ROPE_TRY(const PrivateKey ca_key, generate_key());
    ROPE_TRY(out.key, generate_key());
    ROPE_TRY(const Certificate ca,
             make_certificate(ca_draft(), ca_key.get(), {ca_key.get(), nullptr}, now_ms));
    ROPE_TRY(const Certificate server,
             make_certificate(server_draft(std::move(names)), out.key.get(),
                              {ca_key.get(), ca.get()}, now_ms));
    ROPE_TRY(out.ca_pem, pem_of(ca.get()));
    ROPE_TRY(out.certificate_pem, pem_of(server.get()));
    return out;
}

}  // namespace ropenet::keys
