#include "base/bytes.hpp"

#include <algorithm>

namespace ropenet {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::uint32_t> digit_value(std::string_view digits, char c) {
    const auto at = digits.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint32_t>(at);
}

}  // namespace

bool equal(BytesView a, BytesView b) {
    return std::ranges::equal(a, b);
}

std::optional<Hash32> hash32_from(BytesView bytes) {
    Hash32 out{};
    if (bytes.size() != out.size()) return std::nullopt;
    std::ranges::copy(bytes, out.begin());
    return out;
}

std::string hex(BytesView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        out.push_back(kHexDigits[byte >> 4]);
        out.push_back(kHexDigits[byte & 15]);
    }
    return out;
}

std::optional<Bytes> bytes_from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = digit_value(kHexDigits, text[i]);
        const auto low = digit_value(kHexDigits, text[i + 1]);
        if (!high || !low) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return out;
}

std::optional<Hash32> hash32_from_hex(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    return bytes ? hash32_from(*bytes) : std::nullopt;
}

std::string base64(BytesView bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (j < count ? bytes[i + j] : std::uint8_t{0});
        }
        for (std::size_t j = 0; j < 4; ++j) {
            const auto digit = group >> (18 - 6 * j) & 63U;
            out.push_back(j <= count ? kBase64Digits[digit] : '=');
        }
    }
    return out;
}

std::optional<Bytes> bytes_from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        std::size_t padding = 0;
        if (last && text[i + 3] == '=') padding = text[i + 2] == '=' ? 2 : 1;
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const auto value =
                j >= 4 - padding ? std::optional{0U} : digit_value(kBase64Digits, text[i + j]);
            if (!value) return std::nullopt;
            group = group << 6 | *value;
        }
        for (std::size_t j = 0; j < 3 - padding; ++j) {
            out.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j) & 255U));
        }
        // One text for one value: the bits that padding leaves over must be zero.
        if ((group & ((1U << (8 * padding)) - 1U)) != 0) return std::nullopt;
    }
    return out;
}

void append_be64(Bytes& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift & 255U));
    }
}

std::uint64_t be64_from(std::span<const std::uint8_t, 8> bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

}  // namespace ropenet
