#include "timestamp/authority_files.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/hash.hpp"
#include "keys/certificate.hpp"
#include "timestamp/issue_book.hpp"

namespace ropenet::timestamp {
namespace {

constexpr std::uint64_t kPemBytesMax = 16 * 1024;

using keys::Certificate;
using keys::CertificateDraft;
constexpr int kDaysPerYear = 365;

CertificateDraft ca_draft(const AuthorityName& name) {
    return {.common_name = "ropenet timestamp CA",
            .organisation = name.name,
            .days = kCaYears * kDaysPerYear,
            .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {NID_subject_key_identifier, "hash"}},
            .policy = {}};
}

CertificateDraft authority_draft(const AuthorityName& name) {
    return {.common_name = "ropenet timestamps by a node's clock",
            .organisation = name.name,
            .days = kCertificateYears * kDaysPerYear,
            .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "critical,timeStamping"},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"}},
            .policy = name.policy};
}

Result<void> save(storage::FileSystem& fs, const std::string& path, X509* certificate) {
    ROPE_TRY(const std::string pem, keys::pem_of(certificate));
    return storage::write_file_atomically(fs, path, view_of(pem));
}

Result<OpensslPtr<X509>> load(storage::FileSystem& fs, const std::string& path) {
    ROPE_TRY(const Bytes pem, storage::read_file(fs, path, kPemBytesMax));
    const OpensslPtr<BIO> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    OpensslPtr<X509> out{bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr};
    if (!out) {
        return fail(ErrorCode::config,
                    keys::with_openssl_reason(path + " holds no certificate in PEM"));
    }
    return out;
}

Hash32 digest_of(const X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    const Hash32 out = crypto::sha256(BytesView{der, static_cast<std::size_t>(std::max(size, 0))});
    OPENSSL_free(der);
    return out;
}

/// The one policy that the certificate names; empty otherwise.
std::string policy_of(X509* certificate) {
    auto* policies = static_cast<CERTIFICATEPOLICIES*>(
        X509_get_ext_d2i(certificate, NID_certificate_policies, nullptr, nullptr));
    std::array<char, 128> text{};
    int size = 0;
    if (policies != nullptr && sk_POLICYINFO_num(policies) == 1) {
        size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()),
                           sk_POLICYINFO_value(policies, 0)->policyid, 1);
    }
    CERTIFICATEPOLICIES_free(policies);
    const bool fits = size > 0 && static_cast<std::size_t>(size) < text.size();
    return fits ? std::string{text.data(), static_cast<std::size_t>(size)} : std::string{};
}

bool is_oid(const std::string& text) {
    constexpr std::size_t kOidCharsMax = 100;
    return !text.empty() && text.size() <= kOidCharsMax &&
           text.find_first_not_of("0123456789.") == std::string::npos &&
           OpensslPtr<ASN1_OBJECT>{OBJ_txt2obj(text.c_str(), 1)} != nullptr;
}

Result<void> check_name(const AuthorityName& name) {
    if (name.name.empty() || name.name.size() > kAuthorityNameBytesMax) {
        return fail(ErrorCode::config, "the name must be UTF-8 of 1 to 64 bytes");
    }
    const bool ok = is_oid(name.policy);
    ERR_clear_error();
    if (!ok) return fail(ErrorCode::config, "the policy must be an OID such as 1.2.3");
    return {};
}

}  // namespace

Result<bool> has_authority(storage::FileSystem& fs, const AuthorityFiles& files) {
    return fs.exists(files.certificate);
}

Result<void> make_authority(storage::FileSystem& fs, const AuthorityFiles& files,
                            const AuthorityName& name, const Clock& clock) {
    ROPE_DO(check_name(name));
    ROPE_TRY(const bool there, has_authority(fs, files));
    if (there) {
        return fail(ErrorCode::exists,
                    files.certificate + " is there already: this folder has an authority");
    }
    ROPE_DO(fs.create_dirs(files.folder));
    ROPE_DO(IssueBook::ensure(fs, files.book));
    ROPE_TRY(const keys::PrivateKey ca_key, keys::generate_rsa_key());
    ROPE_TRY(const keys::PrivateKey key, keys::generate_rsa_key());
    const std::int64_t now_ms = clock.wall_ms();
    ROPE_TRY(const Certificate ca,
             keys::make_certificate(ca_draft(name), ca_key.get(), {ca_key.get(), nullptr}, now_ms));
    ROPE_TRY(
        const Certificate certificate,
        keys::make_certificate(authority_draft(name), key.get(), {ca_key.get(), ca.get()}, now_ms));
    ROPE_DO(keys::save_private_key(ca_key.get(), files.ca_key, keys::Overwrite::allow));
    ROPE_DO(keys::save_private_key(key.get(), files.key, keys::Overwrite::allow));
    ROPE_DO(save(fs, files.ca, ca.get()));
    return save(fs, files.certificate, certificate.get());
}

Result<Hash32> certificate_digest(storage::FileSystem& fs, const AuthorityFiles& files) {
    ROPE_TRY(const OpensslPtr<X509> certificate, load(fs, files.certificate));
    return digest_of(certificate.get());
}

Result<AuthorityKeys> load_authority_keys(storage::FileSystem& fs, const AuthorityFiles& files) {
    AuthorityKeys out;
    ROPE_TRY(out.certificate, load(fs, files.certificate));
    ROPE_TRY(out.key, keys::load_rsa_key(files.key));
    ROPE_TRY(const Bytes ca, storage::read_file(fs, files.ca, kPemBytesMax));
    out.ca_pem = text_of(ca);
    out.policy = policy_of(out.certificate.get());
    out.certificate_sha256 = digest_of(out.certificate.get());
    if (X509_check_private_key(out.certificate.get(), out.key.get()) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::config, files.key + " is not the key of " + files.certificate);
    }
    if (out.policy.empty()) {
        return fail(ErrorCode::config, files.certificate + " names no single policy");
    }
    return out;
}

}  // namespace ropenet::timestamp
