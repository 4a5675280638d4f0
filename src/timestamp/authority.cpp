#include "timestamp/authority.hpp"

#include <array>
#include <utility>

#include "crypto/hash.hpp"
#include "crypto/quiet_errors.hpp"
#include "crypto/timestamp_token.hpp"

namespace ropenet::timestamp {
namespace {

constexpr std::int64_t kMsPerSecond = 1'000;
constexpr std::int64_t kUsPerMs = 1'000;
constexpr unsigned kFractionDigits = 3;  // milliseconds

ASN1_INTEGER* give_serial(TS_RESP_CTX*, void* ticket) {
    OpensslPtr<ASN1_INTEGER> out{ASN1_INTEGER_new()};
    if (!out || ASN1_INTEGER_set_uint64(out.get(), static_cast<const Ticket*>(ticket)->serial) != 1)
        return nullptr;
    return out.release();
}

int give_time(TS_RESP_CTX*, void* ticket, long* seconds, long* micros) {
    const std::int64_t ms = static_cast<const Ticket*>(ticket)->time_ms;
    *seconds = static_cast<long>(ms / kMsPerSecond);
    *micros = static_cast<long>(ms % kMsPerSecond * kUsPerMs);
    return 1;
}

/// OpenSSL holds the request and the reply in the context, so each query has one of its own.
OpensslPtr<TS_RESP_CTX> context_of(const AuthorityKeys& keys, Ticket& ticket) {
    OpensslPtr<TS_RESP_CTX> out{TS_RESP_CTX_new()};
    const OpensslPtr<ASN1_OBJECT> policy{OBJ_txt2obj(keys.policy.c_str(), 1)};
    TS_RESP_CTX* context = out.get();
    bool ok = out && policy && TS_RESP_CTX_set_signer_cert(context, keys.certificate.get()) == 1 &&
              TS_RESP_CTX_set_signer_key(context, keys.key.get()) == 1 &&
              TS_RESP_CTX_set_signer_digest(context, EVP_sha256()) == 1 &&
              TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256()) == 1 &&
              TS_RESP_CTX_set_def_policy(context, policy.get()) == 1 &&
              TS_RESP_CTX_set_accuracy(context, kAccuracySeconds, 0, 0) == 1 &&
              TS_RESP_CTX_set_clock_precision_digits(context, kFractionDigits) == 1;
    const std::array digests = {EVP_sha256(), EVP_sha384(), EVP_sha512(), EVP_sm3()};
    for (const EVP_MD* digest : digests)
        ok = ok && TS_RESP_CTX_add_md(context, digest) == 1;
    if (!ok) return nullptr;
    TS_RESP_CTX_set_serial_cb(context, give_serial, &ticket);
    TS_RESP_CTX_set_time_cb(context, give_time, &ticket);
    return out;
}

bool is_granted(TS_RESP* reply) {
    const auto* status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply));
    return ASN1_INTEGER_get(status) == TS_STATUS_GRANTED;
}

}  // namespace

Authority::Authority(AuthorityKeys keys, std::unique_ptr<IssueBook> book, AuthorityParts parts)
    : keys_{std::move(keys)}, book_{std::move(book)}, parts_{std::move(parts)} {}

Result<std::unique_ptr<Authority>> Authority::open(const AuthorityFiles& files,
                                                   AuthorityParts parts) {
    ROPE_TRY(AuthorityKeys keys, load_authority_keys(parts.files, files));
    ROPE_TRY(auto book, IssueBook::open(parts.files, files.book, parts.clock));
    return std::unique_ptr<Authority>{
        new Authority{std::move(keys), std::move(book), std::move(parts)}};
}

Expected<Ticket, QueryRefusal> Authority::ticket() {
    const auto taken = book_->take();
    if (taken) return *taken;
    if (taken.error() == NoTicket::clock) return Unexpected{QueryRefusal::time_not_available};
    const auto why = book_->failure();
    if (why && why->code != ErrorCode::unavailable && !told_.exchange(true)) parts_.on_fatal(*why);
    return Unexpected{QueryRefusal::system_failure};
}

Expected<Bytes, QueryRefusal> Authority::sign(BytesView query) {
    ROPE_DO(check_query(query, keys_.policy));
    ROPE_TRY(Ticket ticket, this->ticket());
    const crypto::QuietErrors quiet;
    const auto context = context_of(keys_, ticket);
    const OpensslPtr<BIO> in{BIO_new_mem_buf(query.data(), static_cast<int>(query.size()))};
    const OpensslPtr<TS_RESP> reply{context && in ? TS_RESP_create_response(context.get(), in.get())
                                                  : nullptr};
    if (!reply || !is_granted(reply.get())) return Unexpected{QueryRefusal::system_failure};
    unsigned char* der = nullptr;
    const int size = i2d_TS_RESP(reply.get(), &der);
    if (size <= 0) return Unexpected{QueryRefusal::system_failure};
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

std::optional<Bytes> Authority::answer(BytesView query) {
    struct Place {
        std::atomic<int>& count;
        const int before;
        explicit Place(std::atomic<int>& counter) : count{counter}, before{counter.fetch_add(1)} {}
        ~Place() { --count; }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
    };
    const Place place{at_once_};
    if (place.before >= kStampsAtOnce) return std::nullopt;
    auto signed_reply = sign(query);
    if (signed_reply) return *std::move(signed_reply);
    return encode_refusal(signed_reply.error());
}

std::optional<Bytes> Authority::stamp(BytesView content) {
    auto reply = sign(crypto::encode_timestamp_query(crypto::sha256(content), {}));
    if (!reply) return std::nullopt;
    return *std::move(reply);
}

}  // namespace ropenet::timestamp
