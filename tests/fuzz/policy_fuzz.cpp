// policy.txt, keys.txt and verifier keys: any bytes are refused by name or have one spelling.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "types/note.hpp"
#include "types/trust_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const std::string_view input = text_of(BytesView{data, size});
    if (const auto policy = policy_from_text(input)) {
        ROPE_CHECK(text_from_policy(*policy) == input);
        ROPE_CHECK(quorum_of(policy->witnesses.size()) <= policy->witnesses.size());
        ROPE_CHECK(!origin_of(*policy).empty());
    }
    if (const auto keys = keys_from_text(input)) ROPE_CHECK(text_from_keys(*keys) == input);
    if (const auto key = key_from_vkey(input)) ROPE_CHECK(vkey_from_key(*key) == input);
    return 0;
}
