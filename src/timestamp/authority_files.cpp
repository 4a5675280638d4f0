#include "timestamp/authority_files.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/hash.hpp"
#include "keys/random.hpp"
#include "timestamp/issue_book.hpp"

namespace ropenet::timestamp {
namespace {

constexpr std::uint64_t kPemBytesMax = 16 * 1024;

using Certificate = OpensslPtr<X509>;

Unexpected<Error> openssl_failed(const char* what) {
    return fail(ErrorCode::unavailable, keys::with_openssl_reason(what));
}

struct Extension {
    int nid = NID_undef;
    std::string value;
};

/// What one certificate is about.
struct Draft {
    std::string common_name;
    std::string organisation;
    int years = 0;
    std::vector<Extension> extensions;
    std::string policy;  // dotted; may be empty
};

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool set_serial(X509* certificate, BytesView random) {
    Bytes positive = to_bytes(random);
    positive.front() = static_cast<std::uint8_t>((positive.front() & 0x7FU) | 0x40U);
    const OpensslPtr<BIGNUM> number{
        BN_bin2bn(positive.data(), static_cast<int>(positive.size()), nullptr)};
    return number &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_period(X509* certificate, std::int64_t now_ms, int years) {
    constexpr int kDaysPerYear = 365;
    constexpr std::int64_t kMsPerSecond = 1'000;
    const auto now_s = static_cast<time_t>(now_ms / kMsPerSecond);
    return ASN1_TIME_set(X509_getm_notBefore(certificate), now_s) != nullptr &&
           ASN1_TIME_adj(X509_getm_notAfter(certificate), now_s, years * kDaysPerYear, 0) !=
               nullptr;
}

/// OpenSSL's language of extensions has no policies without a configuration file.
bool add_policy(X509* certificate, const std::string& policy) {
    POLICYINFO* info = POLICYINFO_new();
    CERTIFICATEPOLICIES* all = CERTIFICATEPOLICIES_new();
    bool ok = info != nullptr && all != nullptr;
    if (ok) {
        ASN1_OBJECT_free(info->policyid);
        info->policyid = OBJ_txt2obj(policy.c_str(), 1);
        ok = info->policyid != nullptr && sk_POLICYINFO_push(all, info) == 1;
    }
    if (!ok) {
        POLICYINFO_free(info);
    } else {
        ok = X509_add1_ext_i2d(certificate, NID_certificate_policies, all, 0, X509V3_ADD_DEFAULT) ==
             1;
    }
    CERTIFICATEPOLICIES_free(all);
    return ok;
}

bool add_extensions(X509* certificate, X509* issuer, const Draft& draft) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (!draft.policy.empty() && !add_policy(certificate, draft.policy)) return false;
    return std::ranges::all_of(draft.extensions, [&](const Extension& extension) {
        const OpensslPtr<X509_EXTENSION> made{
            X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str())};
        return made && X509_add_ext(certificate, made.get(), -1) == 1;
    });
}

/// Signed by `issuer_key` in the name of `issuer`; null: by itself.
Result<Certificate> make_certificate(const Draft& draft, EVP_PKEY* key, EVP_PKEY* issuer_key,
                                     X509* issuer, std::int64_t now_ms) {
    constexpr std::size_t kSerialBytes = 16;
    constexpr long kVersion3 = 2;
    ROPE_TRY(const Bytes random, keys::random_bytes(kSerialBytes));
    Certificate out{X509_new()};
    if (!out || X509_set_version(out.get(), kVersion3) != 1 || !set_serial(out.get(), random) ||
        !set_period(out.get(), now_ms, draft.years) || X509_set_pubkey(out.get(), key) != 1) {
        return openssl_failed("making a certificate failed");
    }
    X509_NAME* subject = X509_get_subject_name(out.get());
    if (!add_name(subject, "O", draft.organisation) ||
        !add_name(subject, "CN", draft.common_name)) {
        return fail(ErrorCode::config, "the name must be UTF-8 of 1 to 64 bytes");
    }
    X509* by = issuer == nullptr ? out.get() : issuer;
    if (X509_set_issuer_name(out.get(), X509_get_subject_name(by)) != 1) {
        return openssl_failed("making a certificate failed");
    }
    if (!add_extensions(out.get(), by, draft)) {
        return openssl_failed("making a certificate's extensions failed");
    }
    if (X509_sign(out.get(), issuer_key, EVP_sha256()) == 0) {
        return openssl_failed("signing a certificate failed");
    }
    return out;
}

Draft ca_draft(const AuthorityName& name) {
    return {.common_name = "ropenet timestamp CA",
            .organisation = name.name,
            .years = kCaYears,
            .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {NID_subject_key_identifier, "hash"}},
            .policy = {}};
}

Draft authority_draft(const AuthorityName& name) {
    return {.common_name = "ropenet timestamps by a node's clock",
            .organisation = name.name,
            .years = kCertificateYears,
            .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "critical,timeStamping"},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"}},
            .policy = name.policy};
}

Result<void> save(storage::FileSystem& fs, const std::string& path, X509* certificate) {
    const OpensslPtr<BIO> bio{BIO_new(BIO_s_mem())};
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) {
        return openssl_failed("encoding a certificate failed");
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return storage::write_file_atomically(
        fs, path, view_of(std::string_view{text, static_cast<std::size_t>(size)}));
}

Result<Certificate> load(storage::FileSystem& fs, const std::string& path) {
    ROPE_TRY(const Bytes pem, storage::read_file(fs, path, kPemBytesMax));
    const OpensslPtr<BIO> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    Certificate out{bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr};
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
             make_certificate(ca_draft(name), ca_key.get(), ca_key.get(), nullptr, now_ms));
    ROPE_TRY(const Certificate certificate,
             make_certificate(authority_draft(name), key.get(), ca_key.get(), ca.get(), now_ms));
    ROPE_DO(keys::save_private_key(ca_key.get(), files.ca_key, keys::Overwrite::allow));
    ROPE_DO(keys::save_private_key(key.get(), files.key, keys::Overwrite::allow));
    ROPE_DO(save(fs, files.ca, ca.get()));
    return save(fs, files.certificate, certificate.get());
}

Result<Hash32> certificate_digest(storage::FileSystem& fs, const AuthorityFiles& files) {
    ROPE_TRY(const Certificate certificate, load(fs, files.certificate));
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
