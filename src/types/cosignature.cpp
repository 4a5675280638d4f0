#include "types/cosignature.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace ropenet {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::uint64_t kTimeMax =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

Bytes cosignature_message(std::string_view note_text, std::uint64_t time_s) {
    ROPE_CHECK(time_s <= kTimeMax);
    Bytes message = to_bytes("cosignature/v1\ntime " + std::to_string(time_s) + "\n");
    append(message, view_of(note_text));
    return message;
}

Bytes encode_cosignature(const Cosignature& cosignature) {
    Bytes out;
    append_be64(out, cosignature.time_s);
    append(out, cosignature.signature);
    return out;
}

std::optional<Cosignature> decode_cosignature(BytesView bytes) {
    Cosignature out;
    if (bytes.size() != kTimeBytes + out.signature.size()) return std::nullopt;
    out.time_s = be64_from(bytes.first<kTimeBytes>());
    if (out.time_s > kTimeMax) return std::nullopt;
    std::copy(bytes.begin() + kTimeBytes, bytes.end(), out.signature.begin());
    return out;
}

}  // namespace ropenet
