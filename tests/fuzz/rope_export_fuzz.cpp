// Any bytes are either refused or one item of an export, whose encoding is those bytes; and so are
// they as a line. Both forms hold the same items.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "types/rope_export.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const BytesView input{data, size};
    if (const auto item = decode_export_item(input)) {
        ROPE_CHECK(equal(encode_export_item(*item), input));
        const auto again = export_item_from_line(export_line(*item));
        ROPE_CHECK(again && *again == *item);
    }
    if (const auto item = export_item_from_line(text_of(input))) {
        ROPE_CHECK(export_line(*item) == text_of(input));
        const auto again = decode_export_item(encode_export_item(*item));
        ROPE_CHECK(again && *again == *item);
    }
    return 0;
}
