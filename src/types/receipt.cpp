#include "types/receipt.hpp"

#include <algorithm>
#include <utility>

#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"
#include "types/tlog_proof.hpp"

namespace ropenet {
namespace {

// RFC 9942: labels of the verifiable data structure and its proofs, and their only values here.
constexpr std::uint64_t kLabelVds = 395;
constexpr std::uint64_t kLabelVdp = 396;
constexpr std::uint64_t kVdsRfc9162Sha256 = 1;
constexpr std::int64_t kInclusionProofs = -1;
constexpr std::int64_t kEs256 = -7;

Bytes protected_of(const Receipt& receipt) {
    cbor::Encoder out;
    out.map(4);
    out.uint(1).sint(kEs256);
    out.uint(4).bytes(receipt.kid);
    out.uint(15).map(2);
    out.uint(1).text(receipt.origin);
    out.uint(2).text(hex(receipt.tx_id));
    out.uint(kLabelVds).uint(kVdsRfc9162Sha256);
    return std::move(out).take();
}

Bytes unprotected_of(const Receipt& receipt) {
    cbor::Encoder proof;
    proof.array(3).uint(receipt.tree_size).uint(receipt.leaf_index).array(receipt.path.size());
    for (const Hash32& hash : receipt.path)
        proof.bytes(hash);
    cbor::Encoder out;
    out.map(1).uint(kLabelVdp).map(1).sint(kInclusionProofs).array(1).bytes(proof.view());
    return std::move(out).take();
}

Expected<Hash32, cbor::CborError> hash_from(cbor::Decoder& in) {
    ROPE_TRY(const BytesView bytes, in.bytes());
    const auto hash = hash32_from(bytes);
    if (!hash) return Unexpected{cbor::CborError::out_of_range};
    return *hash;
}

/// Reads the one value of a map entry whose key must be next.
template <typename Read>
auto entry(cbor::Decoder& in, std::int64_t key, Read read) -> decltype(read(in)) {
    ROPE_TRY(const std::int64_t found, in.sint());
    if (found != key) return Unexpected{cbor::CborError::unknown_key};
    return read(in);
}

Expected<void, cbor::CborError> read_protected(BytesView bytes, Receipt& out,
                                               std::string& subject) {
    cbor::Decoder in{bytes};
    ROPE_TRY(const std::size_t keys, in.map());
    if (keys != 4) return Unexpected{cbor::CborError::unknown_key};
    const auto sint = [](cbor::Decoder& d) { return d.sint(); };
    const auto text = [](cbor::Decoder& d) { return d.text(); };
    ROPE_TRY(const std::int64_t alg, entry(in, 1, sint));
    ROPE_TRY(out.kid, entry(in, 4, hash_from));
    ROPE_TRY(const std::size_t claims, entry(in, 15, [](cbor::Decoder& d) { return d.map(); }));
    if (claims != 2) return Unexpected{cbor::CborError::unknown_key};
    ROPE_TRY(const std::string_view origin, entry(in, 1, text));
    ROPE_TRY(const std::string_view tx_id, entry(in, 2, text));
    ROPE_TRY(const std::int64_t vds, entry(in, kLabelVds, sint));
    if (alg != kEs256 || vds != kVdsRfc9162Sha256) return Unexpected{cbor::CborError::out_of_range};
    out.origin = std::string{origin};
    subject = std::string{tx_id};
    return in.end();
}

Expected<void, cbor::CborError> read_proof(BytesView bytes, Receipt& out) {
    cbor::Decoder in{bytes};
    ROPE_TRY(const std::size_t items, in.array());
    if (items != 3) return Unexpected{cbor::CborError::out_of_range};
    ROPE_TRY(out.tree_size, in.uint());
    ROPE_TRY(out.leaf_index, in.uint());
    ROPE_TRY(const std::size_t hashes, in.array());
    if (hashes == 0 || hashes > kProofHashesMax || out.tree_size > kIntegerMax ||
        out.leaf_index >= out.tree_size) {
        return Unexpected{cbor::CborError::out_of_range};
    }
    for (std::size_t i = 0; i < hashes; ++i) {
        ROPE_TRY(const Hash32 hash, hash_from(in));
        out.path.push_back(hash);
    }
    return in.end();
}

Expected<void, cbor::CborError> read_unprotected(BytesView bytes, Receipt& out) {
    cbor::Decoder in{bytes};
    const auto map = [](cbor::Decoder& d) { return d.map(); };
    ROPE_TRY(const std::size_t keys, in.map());
    if (keys != 1) return Unexpected{cbor::CborError::unknown_key};
    ROPE_TRY(const std::size_t kinds, entry(in, kLabelVdp, map));
    if (kinds != 1) return Unexpected{cbor::CborError::unknown_key};
    ROPE_TRY(const std::size_t proofs,
             entry(in, kInclusionProofs, [](cbor::Decoder& d) { return d.array(); }));
    if (proofs != 1) return Unexpected{cbor::CborError::out_of_range};
    ROPE_TRY(const BytesView proof, in.bytes());
    const auto end = in.end();
    if (!end) return end;
    return read_proof(proof, out);
}

}  // namespace

Bytes receipt_message(const Receipt& receipt, const Hash32& root) {
    return cose::sig_structure(protected_of(receipt), root);
}

Bytes encode_receipt(const Receipt& receipt) {
    return cose::encode_sign1(cose::Sign1{.protected_bytes = protected_of(receipt),
                                          .unprotected = unprotected_of(receipt),
                                          .payload = std::nullopt,
                                          .signature = to_bytes(receipt.signature)});
}

Expected<Receipt, ReceiptError> decode_receipt(BytesView bytes) {
    const auto frame = cose::decode_sign1_view(bytes);
    if (!frame || frame->payload) return Unexpected{ReceiptError::malformed};
    Receipt receipt;
    std::string subject;
    if (!read_protected(frame->protected_bytes, receipt, subject)) {
        return Unexpected{ReceiptError::header};
    }
    const auto tx_id = hash32_from_hex(subject);
    if (!tx_id || !is_origin(receipt.origin)) return Unexpected{ReceiptError::claims};
    receipt.tx_id = *tx_id;
    if (!read_unprotected(frame->unprotected, receipt)) return Unexpected{ReceiptError::proof};
    if (frame->signature.size() != receipt.signature.size()) {
        return Unexpected{ReceiptError::signature};
    }
    std::copy(frame->signature.begin(), frame->signature.end(), receipt.signature.begin());
    // One receipt, one encoding; holds by the checks above, and is cheap to be sure of.
    if (!equal(encode_receipt(receipt), bytes)) return Unexpected{ReceiptError::malformed};
    return receipt;
}

}  // namespace ropenet
