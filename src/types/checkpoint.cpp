#include "types/checkpoint.hpp"

#include <algorithm>

#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

/// The part of `text` before the next "\n", which is removed with it; absent without one.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::optional<std::uint64_t> decimal_from_text(std::string_view text) {
    constexpr std::size_t kDigitsMax = 16;  // of 2^53 - 1
    if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
    if (text.front() == '0' && text.size() > 1) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (value > kIntegerMax) return std::nullopt;
    return value;
}

std::string text_from_checkpoint(const Checkpoint& checkpoint) {
    return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
           base64(checkpoint.root) + "\n";
}

Expected<Checkpoint, CheckpointError> checkpoint_from_text(std::string_view text) {
    const auto origin = take_line(text);
    const auto size_text = take_line(text);
    const auto root_text = take_line(text);
    if (!origin || !size_text || !root_text || !text.empty()) {
        return Unexpected{CheckpointError::lines};
    }
    if (!is_origin(*origin)) return Unexpected{CheckpointError::origin};
    const auto size = decimal_from_text(*size_text);
    if (!size) return Unexpected{CheckpointError::size};
    const auto root_bytes = bytes_from_base64(*root_text);
    if (!root_bytes) return Unexpected{CheckpointError::root};
    const auto root = hash32_from(*root_bytes);
    if (!root) return Unexpected{CheckpointError::root};
    return Checkpoint{.origin = std::string{*origin}, .size = *size, .root = *root};
}

}  // namespace ropenet
