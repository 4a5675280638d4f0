#include "crypto/timestamp_token.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "crypto/parsed_key.hpp"

namespace ropenet::crypto {
namespace {

struct TsFree {
    void operator()(TS_RESP* p) const { TS_RESP_free(p); }
    void operator()(TS_REQ* p) const { TS_REQ_free(p); }
    void operator()(TS_MSG_IMPRINT* p) const { TS_MSG_IMPRINT_free(p); }
    void operator()(TS_VERIFY_CTX* p) const { TS_VERIFY_CTX_free(p); }
    void operator()(X509_ALGOR* p) const { X509_ALGOR_free(p); }
    void operator()(ASN1_INTEGER* p) const { ASN1_INTEGER_free(p); }
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(X509_STORE* p) const { X509_STORE_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(STACK_OF(X509) * p) const { sk_X509_free(p); }
};
template <typename T>
using Ts = std::unique_ptr<T, TsFree>;

template <typename T>
Bytes der_of(const T* value, int (*encode)(const T*, unsigned char**)) {
    const int size = encode(value, nullptr);
    if (size <= 0) return {};
    Bytes out(static_cast<std::size_t>(size));
    unsigned char* at = out.data();
    encode(value, &at);
    return out;
}

Ts<TS_RESP> parse(BytesView reply) {
    const unsigned char* at = reply.data();
    Ts<TS_RESP> out{d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size()))};
    if (!out || at != reply.data() + reply.size()) return nullptr;
    return equal(der_of(out.get(), i2d_TS_RESP), reply) ? std::move(out) : nullptr;
}

bool has_plain_parameter(const X509_ALGOR* algorithm) {
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(nullptr, &type, nullptr, algorithm);
    return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

int nid_of(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* name = nullptr;
    X509_ALGOR_get0(&name, nullptr, nullptr, algorithm);
    return OBJ_obj2nid(name);
}

/// The signature algorithm is that of the signer's key, alone or with the digest's name.
bool names_agree(const PKCS7_SIGNER_INFO& info, const X509* signer) {
    const EVP_PKEY* key = signer == nullptr ? nullptr : X509_get0_pubkey(signer);
    if (key == nullptr) return true;  // nobody to compare with; a verification fails later
    const int named = nid_of(info.digest_enc_alg);
    const int key_kind = EVP_PKEY_get_base_id(key);
    if (named == key_kind) return true;
    int digest = NID_undef;
    int kind = NID_undef;
    return OBJ_find_sigid_algs(named, &digest, &kind) == 1 && kind == key_kind &&
           digest == nid_of(info.digest_alg);
}

X509* find_signer(PKCS7* token) {
    const Ts<STACK_OF(X509)> signers{PKCS7_get0_signers(token, nullptr, 0)};
    return signers && sk_X509_num(signers.get()) == 1 ? sk_X509_value(signers.get(), 0) : nullptr;
}

/// What CMS leaves unsigned has the one form that it can have here.
bool is_plain(PKCS7* token) {
    if (PKCS7_type_is_signed(token) != 1 || token->d.sign == nullptr) return false;
    const PKCS7_SIGNED& outer = *token->d.sign;
    constexpr long kOuterVersion = 3;
    constexpr long kInnerVersion = 1;
    const auto* infos = PKCS7_get_signer_info(token);
    if (infos == nullptr || sk_PKCS7_SIGNER_INFO_num(infos) != 1) return false;
    const PKCS7_SIGNER_INFO& info = *sk_PKCS7_SIGNER_INFO_value(infos, 0);
    if (ASN1_INTEGER_get(outer.version) != kOuterVersion) return false;
    if (ASN1_INTEGER_get(info.version) != kInnerVersion) return false;
    if (sk_X509_ALGOR_num(outer.md_algs) != 1 || outer.crl != nullptr) return false;
    const X509_ALGOR* digest = sk_X509_ALGOR_value(outer.md_algs, 0);
    return nid_of(digest) == nid_of(info.digest_alg) && has_plain_parameter(digest) &&
           has_plain_parameter(info.digest_alg) && has_plain_parameter(info.digest_enc_alg) &&
           info.unauth_attr == nullptr && names_agree(info, find_signer(token));
}

Expected<void, TimestampError> check_form(TS_RESP* reply) {
    TS_STATUS_INFO* status = TS_RESP_get_status_info(reply);
    if (ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)) != TS_STATUS_GRANTED) {
        return Unexpected{TimestampError::refused};
    }
    const auto* words = TS_STATUS_INFO_get0_text(status);
    const bool bare = words == nullptr && TS_STATUS_INFO_get0_failure_info(status) == nullptr;
    PKCS7* token = TS_RESP_get_token(reply);
    if (!bare || token == nullptr || !is_plain(token) || TS_RESP_get_tst_info(reply) == nullptr) {
        return Unexpected{TimestampError::form};
    }
    return {};
}

constexpr std::int64_t kMsPerSecond = 1'000;
constexpr std::int64_t kMsPerDay = 86'400 * kMsPerSecond;

/// Days since 1970-01-01 of a date of the Gregorian calendar.
std::int64_t days_from_date(std::int64_t year, std::int64_t month, std::int64_t day) {
    const std::int64_t shifted_year = month <= 2 ? year - 1 : year;  // years begin in March
    const std::int64_t shifted_month = (month + 9) % 12;
    const std::int64_t of_year = (153 * shifted_month + 2) / 5 + day - 1;
    const std::int64_t leap = shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    constexpr std::int64_t kFromYearZero = 719'468;
    return 365 * shifted_year + leap + of_year - kFromYearZero;
}

std::int64_t number_at(std::string_view text, std::size_t at, std::size_t digits) {
    std::int64_t out = 0;
    for (const char digit : text.substr(at, digits))
        out = out * 10 + (digit - '0');
    return out;
}

/// YYYYMMDDhhmmss[.f+]Z, as RFC 3161 wants it; what is finer than a millisecond is cut off.
std::optional<std::int64_t> ms_from_time(std::string_view text) {
    constexpr std::size_t kSeconds = 14;  // digits down to the seconds
    if (text.size() <= kSeconds || !text.ends_with('Z')) return std::nullopt;
    text.remove_suffix(1);
    std::string digits{text.substr(0, kSeconds)};
    if (text.size() > kSeconds) {
        if (text[kSeconds] != '.' || text.size() == kSeconds + 1) return std::nullopt;
        digits += text.substr(kSeconds + 1);
    }
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    digits.resize(std::max(digits.size(), kSeconds + 3), '0');
    const std::int64_t days =
        days_from_date(number_at(digits, 0, 4), number_at(digits, 4, 2), number_at(digits, 6, 2));
    const std::int64_t seconds =
        number_at(digits, 8, 2) * 3'600 + number_at(digits, 10, 2) * 60 + number_at(digits, 12, 2);
    return days * kMsPerDay + seconds * kMsPerSecond + number_at(digits, kSeconds, 3);
}

/// Pre: ms_from_time takes it.
std::string iso_time(std::string_view text) {
    const auto part = [text](std::size_t at, std::size_t size) {
        return std::string{text.substr(at, size)};
    };
    return part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" + part(10, 2) +
           ":" + part(12, std::string_view::npos);
}

Bytes magnitude_of(const ASN1_INTEGER* value) {
    const Ts<BIGNUM> number{ASN1_INTEGER_to_BN(value, nullptr)};
    if (!number) return {};
    Bytes out(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), out.data());
    return out;
}

std::string decimal_of(const ASN1_INTEGER* value) {
    const Ts<BIGNUM> number{ASN1_INTEGER_to_BN(value, nullptr)};
    char* text = number ? BN_bn2dec(number.get()) : nullptr;
    std::string out{text == nullptr ? "" : text};
    OPENSSL_free(text);
    return out;
}

std::string dotted(const ASN1_OBJECT* name) {
    std::array<char, 256> text{};
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), name, 1);
    if (size <= 0 || static_cast<std::size_t>(size) >= text.size()) return {};
    return {text.data(), static_cast<std::size_t>(size)};
}

std::int64_t seconds_in_ms(const TS_ACCURACY& accuracy) {
    const auto part = [](const ASN1_INTEGER* value) {
        return value == nullptr ? std::int64_t{0} : std::int64_t{ASN1_INTEGER_get(value)};
    };
    constexpr std::int64_t kSecondsMax = 1'000'000'000;
    const std::int64_t seconds = part(TS_ACCURACY_get_seconds(&accuracy));
    const std::int64_t micros = part(TS_ACCURACY_get_micros(&accuracy));
    return std::clamp<std::int64_t>(seconds, 0, kSecondsMax) * kMsPerSecond +
           part(TS_ACCURACY_get_millis(&accuracy)) + (micros > 0 ? 1 : 0);
}

void read_signer(PKCS7* token, TimestampFacts& out) {
    const X509* signer = find_signer(token);
    if (signer == nullptr) return;
    out.certificate = sha256(der_of(signer, i2d_X509));
    const Ts<BIO> bio{BIO_new(BIO_s_mem())};
    if (!bio) return;
    X509_NAME_print_ex(bio.get(), X509_get_subject_name(signer), 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    out.authority.assign(text, static_cast<std::size_t>(std::max(size, 0L)));
}

Expected<TimestampFacts, TimestampError> facts_of(TS_RESP* reply) {
    TS_TST_INFO* info = TS_RESP_get_tst_info(reply);
    TimestampFacts out;
    const auto* time = TS_TST_INFO_get_time(info);
    const std::string_view text = ropenet::text_of(
        BytesView{ASN1_STRING_get0_data(time), static_cast<std::size_t>(ASN1_STRING_length(time))});
    const auto ms = ms_from_time(text);
    if (!ms) return Unexpected{TimestampError::form};
    out.gen_time = iso_time(text);
    out.gen_time_ms = *ms;
    if (const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(info)) {
        out.accuracy_ms = seconds_in_ms(*accuracy);
    }
    out.serial = decimal_of(TS_TST_INFO_get_serial(info));
    out.policy = dotted(TS_TST_INFO_get_policy_id(info));
    TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
    out.is_sha256 = nid_of(TS_MSG_IMPRINT_get_algo(imprint)) == NID_sha256;
    const ASN1_OCTET_STRING* bytes = TS_MSG_IMPRINT_get_msg(imprint);
    out.imprint.assign(ASN1_STRING_get0_data(bytes),
                       ASN1_STRING_get0_data(bytes) + ASN1_STRING_length(bytes));
    if (const ASN1_INTEGER* nonce = TS_TST_INFO_get_nonce(info)) out.nonce = magnitude_of(nonce);
    read_signer(TS_RESP_get_token(reply), out);
    return out;
}

Ts<X509> certificate_from_pem(std::string_view pem) {
    if (pem.size() > kTimestampCaBytesMax) return nullptr;
    const Ts<BIO> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return bio ? Ts<X509>{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)} : nullptr;
}

std::string pem_of(X509* certificate) {
    const Ts<BIO> bio{BIO_new(BIO_s_mem())};
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(std::max(size, 0L))};
}

/// Trusts `ca` alone, at the time of the token, its own signature included.
Ts<X509_STORE> store_of(X509* ca, std::int64_t time_ms) {
    Ts<X509_STORE> store{X509_STORE_new()};
    if (!store || X509_STORE_add_cert(store.get(), ca) != 1) return nullptr;
    X509_VERIFY_PARAM* param = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_time(param, static_cast<long>(time_ms / kMsPerSecond));
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CHECK_SS_SIGNATURE);
    return store;
}

bool is_signed(TS_RESP* reply, Ts<X509_STORE> store) {
    const Ts<TS_VERIFY_CTX> context{TS_VERIFY_CTX_new()};
    if (!context || !store) return false;
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION);
    TS_VERIFY_CTX_set_store(context.get(), store.release());
    return TS_RESP_verify_response(context.get(), reply) == 1;
}

}  // namespace

std::string_view text_of(TimestampError error) {
    switch (error) {
        case TimestampError::oversize:
            return "too large for a timestamp";
        case TimestampError::form:
            return "not a timestamp of the form that is taken here";
        case TimestampError::refused:
            return "the authority refused to stamp";
        case TimestampError::imprint:
            return "a timestamp of other content";
        case TimestampError::nonce:
            return "not the answer to this request";
        case TimestampError::ca_form:
            return "not exactly one certificate in PEM";
        case TimestampError::signature:
            return "not signed under this CA";
        case TimestampError::not_for_this:
            break;
    }
    return "the signer's certificate is not for timestamps alone";
}

Bytes encode_timestamp_query(const Hash32& imprint, BytesView nonce) {
    const Ts<TS_REQ> request{TS_REQ_new()};
    const Ts<TS_MSG_IMPRINT> message{TS_MSG_IMPRINT_new()};
    const Ts<X509_ALGOR> algorithm{X509_ALGOR_new()};
    const Ts<BIGNUM> number{BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr)};
    const Ts<ASN1_INTEGER> integer{number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr};
    Hash32 digest = imprint;
    ROPE_CHECK(request && message && algorithm && integer);
    X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
    TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get());
    TS_MSG_IMPRINT_set_msg(message.get(), digest.data(), static_cast<int>(digest.size()));
    TS_REQ_set_version(request.get(), 1);
    TS_REQ_set_msg_imprint(request.get(), message.get());
    if (!nonce.empty()) TS_REQ_set_nonce(request.get(), integer.get());
    TS_REQ_set_cert_req(request.get(), 1);
    return der_of(request.get(), i2d_TS_REQ);
}

std::string refusal_words(BytesView reply) {
    const QuietErrors quiet;
    if (reply.size() > kTimestampBytesMax) return {};
    const Ts<TS_RESP> parsed = parse(reply);
    if (!parsed) return {};
    const TS_STATUS_INFO* status = TS_RESP_get_status_info(parsed.get());
    if (ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)) == TS_STATUS_GRANTED) return {};
    std::string out;
    const STACK_OF(ASN1_UTF8STRING)* words = TS_STATUS_INFO_get0_text(status);
    for (int i = 0; i < sk_ASN1_UTF8STRING_num(words); ++i) {
        const ASN1_UTF8STRING* word = sk_ASN1_UTF8STRING_value(words, i);
        const BytesView bytes{ASN1_STRING_get0_data(word),
                              static_cast<std::size_t>(ASN1_STRING_length(word))};
        out += (out.empty() ? "" : "; ") + std::string{ropenet::text_of(bytes)};
    }
    // For terminals and JSON.
    std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
    return out.empty() ? "no reason given" : out;
}

Expected<TimestampFacts, TimestampError> read_timestamp(BytesView reply) {
    const QuietErrors quiet;
    if (reply.size() > kTimestampBytesMax) return Unexpected{TimestampError::oversize};
    const Ts<TS_RESP> parsed = parse(reply);
    if (!parsed) return Unexpected{TimestampError::form};
    ROPE_DO(check_form(parsed.get()));
    return facts_of(parsed.get());
}

Expected<TimestampFacts, TimestampError> verify_timestamp(BytesView reply, const Hash32& imprint,
                                                          std::string_view ca_pem) {
    const QuietErrors quiet;
    ROPE_TRY(TimestampFacts facts, read_timestamp(reply));
    if (!facts.is_sha256 || !equal(facts.imprint, imprint)) {
        return Unexpected{TimestampError::imprint};
    }
    const Ts<X509> ca = certificate_from_pem(ca_pem);
    if (!ca || pem_of(ca.get()) != ca_pem) return Unexpected{TimestampError::ca_form};
    const Ts<TS_RESP> parsed = parse(reply);
    if (!parsed) return Unexpected{TimestampError::form};
    X509* signer = find_signer(TS_RESP_get_token(parsed.get()));
    if (signer == nullptr) return Unexpected{TimestampError::signature};
    if (X509_check_purpose(signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1) {
        return Unexpected{TimestampError::not_for_this};
    }
    if (!is_signed(parsed.get(), store_of(ca.get(), facts.gen_time_ms))) {
        return Unexpected{TimestampError::signature};
    }
    return facts;
}

Expected<std::string, TimestampError> pem_of_certificate(std::string_view pem) {
    const QuietErrors quiet;
    const Ts<X509> certificate = certificate_from_pem(pem);
    if (!certificate) return Unexpected{TimestampError::ca_form};
    return pem_of(certificate.get());
}

}  // namespace ropenet::crypto
