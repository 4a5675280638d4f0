#include "ledger/chunks.hpp"

#include "base/check.hpp"

namespace ropenet::ledger {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::optional<std::size_t> length_at(BytesView bytes) {
    if (bytes.size() < kLengthBytes) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        length = length << 8 | bytes[i];
    if (length > bytes.size() - kLengthBytes) return std::nullopt;
    return length;
}

}  // namespace

Bytes encode_items(std::span<const Bytes> items) {
    ROPE_CHECK(items.size() <= kChunkItemsMax);
    std::size_t size = 1;
    for (const Bytes& item : items)
        size += kLengthBytes + item.size();
    Bytes out;
    out.reserve(size);
    out.push_back(static_cast<std::uint8_t>(items.size()));
    for (const Bytes& item : items) {
        for (unsigned shift = 32; shift > 0; shift -= 8) {
            out.push_back(static_cast<std::uint8_t>(item.size() >> (shift - 8) & 0xFF));
        }
        append(out, item);
    }
    return out;
}

std::optional<std::size_t> item_count(BytesView chunk) {
    if (chunk.empty() || chunk[0] > kChunkItemsMax) return std::nullopt;
    return chunk[0];
}

std::optional<BytesView> item_at(BytesView chunk, std::size_t n) {
    const auto count = item_count(chunk);
    if (!count || n >= *count) return std::nullopt;
    BytesView rest = chunk.subspan(1);
    for (;; --n) {
        const auto length = length_at(rest);
        if (!length) return std::nullopt;
        if (n == 0) return rest.subspan(kLengthBytes, *length);
        rest = rest.subspan(kLengthBytes + *length);
    }
}

void Posting::add(std::uint64_t index) {
    if (count_++ == 0) {
        first_ = last_ = index;
        return;
    }
    ROPE_CHECK(index > last_);
    std::uint64_t distance = index - last_;
    last_ = index;
    for (; distance >= 0x80; distance >>= 7) {
        distances_.push_back(static_cast<std::uint8_t>((distance & 0x7F) | 0x80));
    }
    distances_.push_back(static_cast<std::uint8_t>(distance));
}

std::optional<std::vector<std::uint64_t>> indexes_of_posting(std::uint64_t first,
                                                             BytesView distances) {
    std::vector<std::uint64_t> out{first};
    std::uint64_t distance = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : distances) {
        if (shift > 49) return std::nullopt;  // past 2^53, as no log index is
        distance |= std::uint64_t{byte & 0x7FU} << shift;
        shift += 7;
        if ((byte & 0x80) != 0) continue;
        if (distance == 0) return std::nullopt;
        out.push_back(out.back() + distance);
        distance = 0;
        shift = 0;
    }
    if (shift != 0) return std::nullopt;
    return out;
}

}  // namespace ropenet::ledger
