#include "timestamp/query.hpp"

#include <openssl/objects.h>

#include <array>

#include "crypto/quiet_errors.hpp"
#include "timestamp/openssl_types.hpp"

namespace ropenet::timestamp {
namespace {

struct Digest {
    int nid = NID_undef;
    int bytes = 0;
};
constexpr std::array kDigests = {Digest{NID_sha256, 32}, Digest{NID_sha384, 48},
                                 Digest{NID_sha512, 64}, Digest{NID_sm3, 32}};

bool is_der_again(const TS_REQ* request, BytesView query) {
    const int size = i2d_TS_REQ(request, nullptr);
    if (size < 0 || static_cast<std::size_t>(size) != query.size()) return false;
    Bytes again(query.size());
    unsigned char* at = again.data();
    i2d_TS_REQ(request, &at);
    return equal(again, query);
}

OpensslPtr<TS_REQ> parse(BytesView query) {
    if (query.size() > kQueryBytesMax) return nullptr;
    const unsigned char* at = query.data();
    OpensslPtr<TS_REQ> out{d2i_TS_REQ(nullptr, &at, static_cast<long>(query.size()))};
    return out && is_der_again(out.get(), query) ? std::move(out) : nullptr;
}

Expected<void, QueryRefusal> check_imprint(TS_REQ* request) {
    TS_MSG_IMPRINT* imprint = TS_REQ_get_msg_imprint(request);
    const ASN1_OBJECT* name = nullptr;
    int parameter = V_ASN1_UNDEF;
    X509_ALGOR_get0(&name, &parameter, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
    const int nid = OBJ_obj2nid(name);
    for (const Digest& digest : kDigests) {
        if (digest.nid != nid) continue;
        if (parameter != V_ASN1_UNDEF && parameter != V_ASN1_NULL) break;
        const int bytes = ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(imprint));
        if (bytes != digest.bytes) return Unexpected{QueryRefusal::bad_data_format};
        return {};
    }
    return Unexpected{QueryRefusal::bad_alg};
}

}  // namespace

std::string_view name_of(QueryRefusal refusal) {
    switch (refusal) {
        case QueryRefusal::bad_alg:
            return "badAlg";
        case QueryRefusal::bad_request:
            return "badRequest";
        case QueryRefusal::bad_data_format:
            return "badDataFormat";
        case QueryRefusal::time_not_available:
            return "timeNotAvailable";
        case QueryRefusal::unaccepted_policy:
            return "unacceptedPolicy";
        case QueryRefusal::unaccepted_extension:
            return "unacceptedExtension";
        case QueryRefusal::system_failure:
            break;
    }
    return "systemFailure";
}

Expected<void, QueryRefusal> check_query(BytesView query, const std::string& policy) {
    const crypto::QuietErrors quiet;
    const OpensslPtr<TS_REQ> request = parse(query);
    if (!request) return Unexpected{QueryRefusal::bad_data_format};
    if (TS_REQ_get_version(request.get()) != 1) return Unexpected{QueryRefusal::bad_request};
    ROPE_DO(check_imprint(request.get()));
    const ASN1_INTEGER* nonce = TS_REQ_get_nonce(request.get());
    if (nonce != nullptr && ASN1_STRING_length(nonce) > static_cast<int>(kNonceBytesMax)) {
        return Unexpected{QueryRefusal::bad_request};
    }
    if (const ASN1_OBJECT* asked = TS_REQ_get_policy_id(request.get())) {
        const OpensslPtr<ASN1_OBJECT> ours{OBJ_txt2obj(policy.c_str(), 1)};
        if (!ours || OBJ_cmp(asked, ours.get()) != 0) {
            return Unexpected{QueryRefusal::unaccepted_policy};
        }
    }
    if (TS_REQ_get_ext_count(request.get()) > 0) {
        return Unexpected{QueryRefusal::unaccepted_extension};
    }
    return {};
}

// TimeStampResp ::= SEQUENCE { PKIStatusInfo }            no token
// PKIStatusInfo ::= SEQUENCE { INTEGER 2, SEQUENCE OF UTF8String, BIT STRING }
// DER: a BIT STRING of names ends with its last one bit. Everything is shorter than 128 bytes.
Bytes encode_refusal(QueryRefusal refusal) {
    const auto wrap = [](std::uint8_t tag, BytesView content) {
        Bytes out{tag, static_cast<std::uint8_t>(content.size())};
        append(out, content);
        return out;
    };
    constexpr std::uint8_t kInteger = 0x02;
    constexpr std::uint8_t kBitString = 0x03;
    constexpr std::uint8_t kUtf8String = 0x0c;
    constexpr std::uint8_t kSequence = 0x30;
    constexpr std::uint8_t kRejection = 2;
    const unsigned bit = static_cast<unsigned>(refusal);
    Bytes bits(1 + bit / 8 + 1, 0);
    bits.front() = static_cast<std::uint8_t>(7 - bit % 8);
    bits.back() = static_cast<std::uint8_t>(0x80U >> (bit % 8));

    Bytes info = wrap(kInteger, Bytes{kRejection});
    append(info, wrap(kSequence, wrap(kUtf8String, view_of(name_of(refusal)))));
    append(info, wrap(kBitString, bits));
    return wrap(kSequence, wrap(kSequence, info));
}

}  // namespace ropenet::timestamp
