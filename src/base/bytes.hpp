// Bytes, fixed-size hashes, and their text forms (hex, base64).
//
// Decoding text refuses anything but the one canonical spelling: lower-case hex, padded base64
// whose unused bits are zero. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ropenet {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// A SHA-256 or SM3 digest, or another 32-byte name.
using Hash32 = std::array<std::uint8_t, 32>;

inline BytesView view_of(std::string_view text) {
    // Every object may be read as unsigned bytes ([basic.lval] 11).
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view text_of(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(BytesView bytes) {
    return {bytes.begin(), bytes.end()};
}
inline Bytes to_bytes(std::string_view text) {
    return to_bytes(view_of(text));
}

inline void append(Bytes& out, BytesView more) {
    out.insert(out.end(), more.begin(), more.end());
}

bool equal(BytesView a, BytesView b);

/// Absent when `bytes` is not exactly 32 long.
std::optional<Hash32> hash32_from(BytesView bytes);

std::string hex(BytesView bytes);
/// Absent for an odd length, an upper-case digit or another character.
std::optional<Bytes> bytes_from_hex(std::string_view text);
std::optional<Hash32> hash32_from_hex(std::string_view text);

/// RFC 4648 section 4, with padding, no line breaks.
std::string base64(BytesView bytes);
std::optional<Bytes> bytes_from_base64(std::string_view text);

/// Big-endian integers, as keys and tree hashing need them.
void append_be64(Bytes& out, std::uint64_t value);
std::uint64_t be64_from(std::span<const std::uint8_t, 8> bytes);

}  // namespace ropenet
