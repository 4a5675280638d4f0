// Any text is either refused by name or a value that survives being written and read again,
// plainly, prettily and canonically; the canonical form of the canonical form is itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "codec/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const auto value = json::parse(text_of(BytesView{data, size}));
    if (!value) {
        ROPE_CHECK(json::name_of(value.error()) != "unknown");
        return 0;
    }
    const auto once = json::parse(json::serialize(*value));
    ROPE_CHECK(once.has_value());
    const auto pretty = json::parse(json::serialize_pretty(*value));
    ROPE_CHECK(pretty && *pretty == *once);
    // A double without a fraction comes back as an integer, so texts are compared, not values.
    ROPE_CHECK(json::serialize(*once) == json::serialize(*value));

    const auto canonical = json::jcs(*value);
    if (!canonical) return 0;
    const auto read = json::parse(*canonical);
    ROPE_CHECK(read.has_value());
    const auto again = json::jcs(*read);
    ROPE_CHECK(again && *again == *canonical);
    return 0;
}
