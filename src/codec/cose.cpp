#include "codec/cose.hpp"

namespace ropenet::cose {
namespace {

constexpr std::uint64_t kSign1Tag = 18;
constexpr std::size_t kFields = 4;
// Heads of a Sign1 or Sig_structure: array, four lengths and the context string.
constexpr std::size_t kFrameBytesMax = 64;

Expected<std::optional<BytesView>, CborError> read_payload(cbor::Decoder& in) {
    if (in.peek() != cbor::Kind::null) {
        ROPE_TRY(const BytesView payload, in.bytes());
        return std::optional{payload};
    }
    if (const auto null = in.null(); !null) return Unexpected{null.error()};
    return std::optional<BytesView>{};
}

}  // namespace

Sign1View parts_of(const Sign1& message) {
    Sign1View view{.protected_bytes = message.protected_bytes,
                   .unprotected = message.unprotected,
                   .payload = std::nullopt,
                   .signature = message.signature};
    if (message.payload) view.payload = *message.payload;
    return view;
}

Expected<Sign1View, CborError> decode_sign1_view(BytesView bytes) {
    cbor::Decoder in{bytes};
    if (const auto tag = in.tag(kSign1Tag); !tag) return Unexpected{tag.error()};
    ROPE_TRY(const std::size_t count, in.array());
    if (count != kFields) return Unexpected{CborError::unexpected_type};
    Sign1View message;
    ROPE_TRY(message.protected_bytes, in.bytes());
    const auto kind = in.peek();
    if (kind && *kind != cbor::Kind::map) return Unexpected{CborError::unexpected_type};
    ROPE_TRY(message.unprotected, in.item());
    ROPE_TRY(message.payload, read_payload(in));
    ROPE_TRY(message.signature, in.bytes());
    if (const auto end = in.end(); !end) return Unexpected{end.error()};
    return message;
}

Expected<Sign1, CborError> decode_sign1(BytesView bytes) {
    ROPE_TRY(const Sign1View view, decode_sign1_view(bytes));
    Sign1 message{.protected_bytes = to_bytes(view.protected_bytes),
                  .unprotected = to_bytes(view.unprotected),
                  .payload = std::nullopt,
                  .signature = to_bytes(view.signature)};
    if (view.payload) message.payload = to_bytes(*view.payload);
    return message;
}

Bytes encode_sign1(const Sign1View& message) {
    const std::size_t payload_size = message.payload ? message.payload->size() : 0;
    cbor::Encoder out{kFrameBytesMax + message.protected_bytes.size() + message.unprotected.size() +
                      payload_size + message.signature.size()};
    out.tag(kSign1Tag).array(kFields);
    out.bytes(message.protected_bytes).raw(message.unprotected);
    if (message.payload) {
        out.bytes(*message.payload);
    } else {
        out.null();
    }
    out.bytes(message.signature);
    return std::move(out).take();
}

Bytes encode_sign1(const Sign1& message) {
    return encode_sign1(parts_of(message));
}

Bytes sig_structure(BytesView protected_bytes, BytesView payload) {
    cbor::Encoder out{kFrameBytesMax + protected_bytes.size() + payload.size()};
    out.array(kFields).text("Signature1").bytes(protected_bytes).bytes({}).bytes(payload);
    return std::move(out).take();
}

}  // namespace ropenet::cose
