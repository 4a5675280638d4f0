// Any bytes are either refused by name or one COSE_Sign1 whose encoding is those bytes.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "codec/cose.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const BytesView input{data, size};
    const auto view = cose::decode_sign1_view(input);
    const auto message = cose::decode_sign1(input);
    ROPE_CHECK(view.has_value() == message.has_value());
    if (!message) return 0;
    ROPE_CHECK(equal(cose::encode_sign1(*message), input));
    ROPE_CHECK(equal(cose::encode_sign1(*view), input));
    ROPE_CHECK(cbor::decode_value(message->unprotected).has_value());
    const BytesView payload = view->payload.value_or(BytesView{});
    ROPE_CHECK(cbor::decode_value(cose::sig_structure(view->protected_bytes, payload)).has_value());
    return 0;
}
