#include "keys/certificate.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "keys/pem_key.hpp"
#include "keys/random.hpp"

namespace ropenet::keys {
namespace {

struct OpensslFree {
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
};
template <typename T>
using OpensslPtr = std::unique_ptr<T, OpensslFree>;

Unexpected<Error> openssl_failed(const char* what) {
    return fail(ErrorCode::unavailable, with_openssl_reason(what));
}

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

bool set_period(X509* certificate, std::int64_t now_ms, int days) {
    constexpr std::int64_t kMsPerSecond = 1'000;
    const auto now_s = static_cast<time_t>(now_ms / kMsPerSecond);
    return ASN1_TIME_set(X509_getm_notBefore(certificate), now_s) != nullptr &&
           ASN1_TIME_adj(X509_getm_notAfter(certificate), now_s, days, 0) != nullptr;
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

bool add_extensions(X509* certificate, X509* issuer, const CertificateDraft& draft) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (!draft.policy.empty() && !add_policy(certificate, draft.policy)) return false;
    return std::ranges::all_of(draft.extensions, [&](const CertificateExtension& extension) {
        const OpensslPtr<X509_EXTENSION> made{
            X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str())};
        return made && X509_add_ext(certificate, made.get(), -1) == 1;
    });
}

}  // namespace

Result<Certificate> make_certificate(const CertificateDraft& draft, EVP_PKEY* key,
                                     const CertificateIssuer& issuer, std::int64_t now_ms) {
    constexpr std::size_t kSerialBytes = 16;
    constexpr long kVersion3 = 2;
    ROPE_TRY(const Bytes random, random_bytes(kSerialBytes));
    Certificate out{X509_new()};
    if (!out || X509_set_version(out.get(), kVersion3) != 1 || !set_serial(out.get(), random) ||
        !set_period(out.get(), now_ms, draft.days) || X509_set_pubkey(out.get(), key) != 1) {
        return openssl_failed("making a certificate failed");
    }
    X509_NAME* subject = X509_get_subject_name(out.get());
    if (!add_name(subject, "O", draft.organisation) ||
        !add_name(subject, "CN", draft.common_name)) {
        return fail(ErrorCode::config, "the name must be UTF-8 of 1 to 64 bytes");
    }
    X509* by = issuer.certificate == nullptr ? out.get() : issuer.certificate;
    if (X509_set_issuer_name(out.get(), X509_get_subject_name(by)) != 1) {
        return openssl_failed("making a certificate failed");
    }
    if (!add_extensions(out.get(), by, draft)) {
        return openssl_failed("making a certificate's extensions failed");
    }
    if (X509_sign(out.get(), issuer.key, EVP_sha256()) == 0) {
        return openssl_failed("signing a certificate failed");
    }
    return out;
}

Result<std::string> pem_of(X509* certificate) {
    const OpensslPtr<BIO> bio{BIO_new(BIO_s_mem())};
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) {
        return openssl_failed("encoding a certificate failed");
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string{text, static_cast<std::size_t>(size)};
}

}  // namespace ropenet::keys
