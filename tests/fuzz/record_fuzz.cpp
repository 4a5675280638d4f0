// Any bytes are either refused or one record, outcome, block, account or genesis whose encoding is
// those bytes.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "types/account.hpp"
#include "types/block.hpp"
#include "types/genesis.hpp"
#include "types/outcome.hpp"
#include "types/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const BytesView input{data, size};
    if (const auto record = decode_record(input)) {
        ROPE_CHECK(equal(encode_record(*record), input));
    }
    if (const auto outcome = decode_outcome(input)) {
        ROPE_CHECK(equal(encode_outcome(*outcome), input));
    }
    if (const auto block = decode_block(input)) ROPE_CHECK(equal(encode_block(*block), input));
    if (const auto genesis = decode_genesis(input)) {
        ROPE_CHECK(equal(encode_genesis(*genesis), input));
    }
    if (const auto value = cbor::decode_value(input)) {
        if (const auto args = register_args_from(*value)) {
            ROPE_CHECK(equal(encode_register_args(*args), input));
        }
    }
    return 0;
}
