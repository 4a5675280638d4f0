// Any bytes are either refused by name or the one encoding of a value: decode then encode gives the
// same bytes. The cursor and the tree agree on what is well-formed.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "codec/cbor.hpp"

namespace {

using namespace ropenet;

void check_tree(BytesView input) {
    const auto value = cbor::decode_value(input);
    cbor::Decoder in{input};
    const auto item = in.item();
    const bool whole = item && in.end();
    ROPE_CHECK(whole == value.has_value());
    if (!value) {
        ROPE_CHECK(cbor::name_of(value.error()) != "unknown");
        return;
    }
    ROPE_CHECK(cbor::depth_of(*value) <= cbor::kDepthMax);
    const Bytes again = cbor::encode_value(*value);
    ROPE_CHECK(equal(again, input));
    const auto decoded = cbor::decode_value(again);
    ROPE_CHECK(decoded && *decoded == *value);
}

/// A record with optional keys, as every format of ours reads one.
Expected<void, cbor::CborError> read_record(BytesView input) {
    cbor::Decoder in{input};
    ROPE_TRY(auto fields, in.fields());
    for (const std::int64_t key : {0, 1, 2, 24, 300, -1, -400}) {
        ROPE_TRY(const bool found, fields.has(key));
        if (!found) continue;
        ROPE_TRY(const BytesView value, in.item());
        ROPE_CHECK(!value.empty());
    }
    ROPE_TRY(const bool named, fields.has("name"));
    if (named) {
        ROPE_TRY(const auto inner, in.fields());
        if (const auto done = inner.finish(); !done) return done;
    }
    if (const auto done = fields.finish(); !done) return done;
    return in.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView input{data, size};
    check_tree(input);
    if (read_record(input)) ROPE_CHECK(cbor::decode_value(input).has_value());
    return 0;
}
