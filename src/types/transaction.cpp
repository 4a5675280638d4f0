#include "types/transaction.hpp"

#include <algorithm>

#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "crypto/hash.hpp"
#include "crypto/verify.hpp"

namespace ropenet {
namespace {

using cbor::CborError;

constexpr std::int64_t kHeaderAlg = 1;
constexpr std::int64_t kHeaderKid = 4;
constexpr std::int64_t kHeaderCwtClaims = 15;
constexpr std::int64_t kHeaderType = 16;
constexpr std::int64_t kClaimIssuer = 1;
constexpr std::int64_t kClaimSubject = 2;
constexpr std::array<std::uint8_t, 1> kEmptyMap = {0xA0};

struct Protected {
    crypto::Alg alg = crypto::Alg::ed25519;
    Hash32 kid{};
    AccountId issuer;
    std::string_view subject;
};

Expected<Protected, CborError> decode_protected(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(cbor::MapReader map, in.fields());
    ROPE_DO(map.require(kHeaderAlg));
    ROPE_TRY(const std::int64_t alg_number, in.sint());
    ROPE_DO(map.require(kHeaderKid));
    ROPE_TRY(const BytesView kid_bytes, in.bytes());
    ROPE_DO(map.require(kHeaderCwtClaims));
    ROPE_TRY(cbor::MapReader claims, in.fields());
    ROPE_DO(claims.require(kClaimIssuer));
    ROPE_TRY(const std::string_view issuer_text, in.text());
    ROPE_DO(claims.require(kClaimSubject));
    ROPE_TRY(const std::string_view subject, in.text());
    ROPE_DO(claims.finish());
    ROPE_DO(map.require(kHeaderType));
    ROPE_TRY(const std::string_view type, in.text());
    ROPE_DO(map.finish());
    ROPE_DO(in.end());

    const auto alg = crypto::alg_from_cose(alg_number);
    const auto kid = hash32_from(kid_bytes);
    const auto issuer = account_id_from_text(issuer_text);
    if (!alg || !kid || !issuer || type != kTxContentType) {
        return Unexpected{CborError::out_of_range};
    }
    return Protected{.alg = *alg, .kid = *kid, .issuer = *issuer, .subject = subject};
}

/// A map with text keys alone, checked to its last byte.
Expected<Bytes, CborError> decode_args(cbor::Decoder& in) {
    ROPE_TRY(const BytesView bytes, in.item());
    cbor::Decoder args{bytes};
    ROPE_TRY(const std::size_t count, args.map());
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY([[maybe_unused]] const std::string_view key, args.text());
        ROPE_TRY([[maybe_unused]] const BytesView value, args.item());
    }
    return to_bytes(bytes);
}

Expected<Transaction, CborError> decode_payload(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(cbor::MapReader map, in.fields());
    Transaction tx;
    ROPE_DO(map.require(1));
    ROPE_TRY(tx.origin, in.text());
    ROPE_DO(map.require(2));
    ROPE_TRY(const BytesView nonce, in.bytes());
    ROPE_DO(map.require(3));
    ROPE_TRY(const std::uint64_t expires, in.uint());
    ROPE_DO(map.require(4));
    ROPE_TRY(tx.contract, in.text());
    ROPE_DO(map.require(5));
    ROPE_TRY(tx.action, in.text());
    ROPE_DO(map.require(6));
    ROPE_TRY(tx.args, decode_args(in));
    ROPE_DO(map.finish());
    ROPE_DO(in.end());

    const bool names =
        is_origin(tx.origin) && is_contract_id(tx.contract) && is_action_name(tx.action);
    if (!names || nonce.size() != kTxNonceBytes || expires > kIntegerMax) {
        return Unexpected{CborError::out_of_range};
    }
    std::ranges::copy(nonce, tx.nonce.begin());
    tx.expires_at_ms = static_cast<std::int64_t>(expires);
    return tx;
}

/// Errors of CBOR itself keep their name; a wrong key, type or value is `otherwise`.
TxError tx_error(CborError error, TxError otherwise) {
    switch (error) {
        case CborError::not_shortest:
        case CborError::indefinite:
        case CborError::key_order:
            return TxError::not_canonical;
        case CborError::depth:
            return TxError::too_deep;
        default:
            return otherwise;
    }
}

}  // namespace

std::string_view name_of(TxError error) {
    switch (error) {
        case TxError::oversize:
            return "oversize";
        case TxError::malformed:
            return "malformed";
        case TxError::not_canonical:
            return "not_canonical";
        case TxError::too_deep:
            return "too_deep";
        case TxError::protected_header:
            return "protected_header";
        case TxError::claims_disagree:
            return "claims_disagree";
        case TxError::payload:
            return "payload";
        case TxError::signature:
            return "signature";
        case TxError::origin:
            return "origin";
        case TxError::expired:
            return "expired";
        case TxError::expiry_too_far:
            return "expiry_too_far";
        case TxError::duplicate:
            return "duplicate";
        case TxError::unknown_account:
            return "unknown_account";
    }
    return "malformed";
}

Expected<Transaction, TxError> decode_transaction(BytesView bytes) {
    if (bytes.size() > kTxBytesMax) return Unexpected{TxError::oversize};
    const auto sign1 = cose::decode_sign1_view(bytes);
    if (!sign1) return Unexpected{tx_error(sign1.error(), TxError::malformed)};
    if (!sign1->payload || sign1->signature.size() != crypto::kSignatureBytes ||
        !equal(sign1->unprotected, kEmptyMap)) {
        return Unexpected{TxError::malformed};
    }
    const auto head = decode_protected(sign1->protected_bytes);
    if (!head) return Unexpected{tx_error(head.error(), TxError::protected_header)};
    auto payload = decode_payload(*sign1->payload);
    if (!payload) return Unexpected{tx_error(payload.error(), TxError::payload)};

    Transaction tx = *std::move(payload);
    if (head->subject != tx.contract + "/" + tx.action) return Unexpected{TxError::claims_disagree};
    tx.alg = head->alg;
    tx.kid = head->kid;
    tx.account = head->issuer;
    tx.encoded = to_bytes(bytes);
    tx.sig_structure = cose::sig_structure(sign1->protected_bytes, *sign1->payload);
    tx.tx_id = crypto::sha256(tx.sig_structure);
    tx.signature = to_bytes(sign1->signature);
    return tx;
}

Bytes encode_tx_protected(const TxDraft& draft, crypto::Alg alg, const Hash32& kid) {
    cbor::Encoder out;
    out.map(4);
    out.sint(kHeaderAlg).sint(static_cast<std::int64_t>(alg));
    out.sint(kHeaderKid).bytes(kid);
    out.sint(kHeaderCwtClaims).map(2);
    out.sint(kClaimIssuer).text(draft.account.text());
    out.sint(kClaimSubject).text(draft.contract + "/" + draft.action);
    out.sint(kHeaderType).text(kTxContentType);
    return std::move(out).take();
}

Bytes encode_tx_payload(const TxDraft& draft) {
    cbor::Encoder out{draft.args.size() + 160};
    out.map(6);
    out.uint(1).text(draft.origin);
    out.uint(2).bytes(draft.nonce);
    out.uint(3).sint(draft.expires_at_ms);
    out.uint(4).text(draft.contract);
    out.uint(5).text(draft.action);
    out.uint(6).raw(draft.args);
    return std::move(out).take();
}

}  // namespace ropenet
