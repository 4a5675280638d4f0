// Any bytes are a timestamp query that is taken or refused by name, and a reply that is read or
// refused; what is refused to be read is never verified.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "crypto/timestamp_token.hpp"
#include "timestamp/query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ropenet::BytesView bytes{data, size};
    const auto checked = ropenet::timestamp::check_query(bytes, "2.999.3161.1");
    if (!checked) {
        const auto refusal = ropenet::timestamp::encode_refusal(checked.error());
        const auto read = ropenet::crypto::read_timestamp(refusal);
        ROPE_CHECK(!read && read.error() == ropenet::crypto::TimestampError::refused);
        ROPE_CHECK(ropenet::crypto::refusal_words(refusal) ==
                   ropenet::timestamp::name_of(checked.error()));
    }
    const auto facts = ropenet::crypto::read_timestamp(bytes);
    const auto text = ropenet::text_of(bytes);
    const auto verified = ropenet::crypto::verify_timestamp(bytes, {}, text);
    ROPE_CHECK(facts || !verified);
    if (const auto pem = ropenet::crypto::pem_of_certificate(text)) {
        const auto again = ropenet::crypto::pem_of_certificate(*pem);
        ROPE_CHECK(again && *again == *pem);
    }
    return 0;
}
