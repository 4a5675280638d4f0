#include "codec/utf8.hpp"

#include <cstring>

namespace ropenet {
namespace {

bool is_continuation(std::uint8_t byte) {
    return (byte & 0xC0) == 0x80;
}

/// Length of the character that begins with a byte above 0x7F; 0 if it is not one (Unicode 3.9,
/// table 3-7).
std::size_t length_of(BytesView rest) {
    const std::uint8_t lead = rest[0];
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (rest.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(rest[i])) return 0;
    }
    const std::uint8_t second = rest[1];
    if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
    if (lead == 0xED && second > 0x9F) return 0;  // surrogate
    if (lead == 0xF0 && second < 0x90) return 0;  // overlong
    if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
    return length;
}

}  // namespace

bool is_utf8(BytesView bytes) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    std::size_t i = 0;
    while (i < bytes.size()) {
        std::uint64_t word = 0;
        if (bytes.size() - i >= sizeof word) {
            std::memcpy(&word, bytes.data() + i, sizeof word);
            if ((word & kHighBits) == 0) {
                i += sizeof word;
                continue;
            }
        }
        if (bytes[i] < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = length_of(bytes.subspan(i));
        if (length == 0) return false;
        i += length;
    }
    return true;
}

}  // namespace ropenet
