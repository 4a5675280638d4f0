#include "codec/cbor.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "codec/utf8.hpp"

namespace ropenet::cbor {
namespace {

// Major types, RFC 8949 section 3.1.
constexpr std::uint8_t kUnsigned = 0;
constexpr std::uint8_t kNegative = 1;
constexpr std::uint8_t kBytes = 2;
constexpr std::uint8_t kText = 3;
constexpr std::uint8_t kArray = 4;
constexpr std::uint8_t kMap = 5;
constexpr std::uint8_t kTag = 6;
constexpr std::uint8_t kSimple = 7;

constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;

constexpr std::uint8_t kOneByteFollows = 24;
constexpr std::uint8_t kIndefinite = 31;
constexpr std::size_t kHeadBytesMax = 9;

constexpr std::uint64_t kInt64Max = 0x7FFF'FFFF'FFFF'FFFF;

/// Writes a head to `out` and answers its size.
std::size_t write_head(std::uint8_t major, std::uint64_t value, std::uint8_t* out) {
    if (value < kOneByteFollows) {
        out[0] = static_cast<std::uint8_t>(major | value);
        return 1;
    }
    const std::size_t log = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFF'FFFF ? 2 : 3;
    const std::size_t length = std::size_t{1} << log;
    out[0] = static_cast<std::uint8_t>(major | (kOneByteFollows + log));
    for (std::size_t i = 0; i < length; ++i) {
        out[1 + i] = static_cast<std::uint8_t>(value >> (8 * (length - 1 - i)));
    }
    return 1 + length;
}

bool less(BytesView a, BytesView b) {
    return std::ranges::lexicographical_compare(a, b);
}

/// Neither is a prefix of the other when both are whole items; then this is their order.
int compare_start(BytesView input, BytesView key) {
    const std::size_t size = std::min(input.size(), key.size());
    return size == 0 ? 0 : std::memcmp(input.data(), key.data(), size);
}

CborError refusal_of_simple(std::uint8_t info) {
    return info == kIndefinite ? CborError::indefinite : CborError::unsupported;
}

}  // namespace

std::string_view name_of(CborError error) {
    switch (error) {
        case CborError::truncated:
            return "truncated";
        case CborError::trailing:
            return "trailing";
        case CborError::not_shortest:
            return "not_shortest";
        case CborError::indefinite:
            return "indefinite";
        case CborError::unexpected_type:
            return "unexpected_type";
        case CborError::key_order:
            return "key_order";
        case CborError::depth:
            return "depth";
        case CborError::unsupported:
            return "unsupported";
        case CborError::invalid_utf8:
            return "invalid_utf8";
        case CborError::too_large:
            return "too_large";
        case CborError::unknown_key:
            return "unknown_key";
        case CborError::missing_key:
            return "missing_key";
        case CborError::out_of_range:
            return "out_of_range";
    }
    return "unknown";
}

Encoder& Encoder::head(std::uint8_t major, std::uint64_t value) {
    std::array<std::uint8_t, kHeadBytesMax> buffer;
    const std::size_t size = write_head(major, value, buffer.data());
    out_.insert(out_.end(), buffer.data(), buffer.data() + size);
    return *this;
}

Expected<Decoder::Head, CborError> Decoder::head() const {
    if (pos_ == input_.size()) return Unexpected{CborError::truncated};
    const std::uint8_t first = input_[pos_];
    const auto major = static_cast<std::uint8_t>(first >> 5);
    const auto info = static_cast<std::uint8_t>(first & 0x1F);
    if (major == kSimple) {
        const bool known = info == kFalse || info == kTrue || info == kNull;
        if (!known) return Unexpected{refusal_of_simple(info)};
    }
    if (info < kOneByteFollows) return Head{.major = major, .value = info, .size = 1};
    if (info > kOneByteFollows + 3) {
        const bool can_be_indefinite = major >= kBytes && major <= kMap;
        return Unexpected{info == kIndefinite && can_be_indefinite ? CborError::indefinite
                                                                   : CborError::unsupported};
    }
    const std::size_t length = std::size_t{1} << (info - kOneByteFollows);
    if (input_.size() - pos_ - 1 < length) return Unexpected{CborError::truncated};
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < length; ++i)
        value = value << 8 | input_[pos_ + 1 + i];
    const std::uint64_t shorter_max =
        length == 1 ? kOneByteFollows - 1 : (std::uint64_t{1} << (4 * length)) - 1;
    if (value <= shorter_max) return Unexpected{CborError::not_shortest};
    return Head{.major = major, .value = value, .size = 1 + length};
}

Expected<Decoder::Head, CborError> Decoder::head_of(std::uint8_t major) const {
    ROPE_TRY(const Head found, head());
    if (found.major != major) return Unexpected{CborError::unexpected_type};
    return found;
}

Expected<void, CborError> Decoder::close_item() {
    while (depth_ > 0) {
        Frame& frame = frames_[depth_ - 1];
        const bool was_key = frame.is_map && frame.left % 2 == 0;
        if (was_key) {
            const BytesView key = input_.subspan(frame.item_begin, pos_ - frame.item_begin);
            const BytesView last = input_.subspan(frame.key_begin, frame.key_end - frame.key_begin);
            if (!less(last, key)) return Unexpected{CborError::key_order};
            frame.key_begin = frame.item_begin;
            frame.key_end = pos_;
        }
        frame.item_begin = pos_;
        if (--frame.left > 0) return {};
        --depth_;
    }
    return {};
}

Expected<std::size_t, CborError> Decoder::open(const Head& head) {
    if (depth_ == kDepthMax) return Unexpected{CborError::depth};
    const bool is_map = head.major == kMap;
    // An item has at least one byte, so no count can promise more than the input holds.
    const std::size_t rest = input_.size() - pos_ - head.size;
    if (head.value > (is_map ? rest / 2 : rest)) return Unexpected{CborError::truncated};
    pos_ += head.size;
    const auto count = static_cast<std::size_t>(head.value);
    if (count == 0) {
        if (const auto closed = close_item(); !closed) return Unexpected{closed.error()};
        return count;
    }
    frames_[depth_] = {.left = is_map ? 2 * head.value : head.value,
                       .is_map = is_map,
                       .item_begin = pos_,
                       .key_begin = pos_,
                       .key_end = pos_};
    ++depth_;
    return count;
}

Expected<BytesView, CborError> Decoder::string_of(std::uint8_t major) {
    ROPE_TRY(const Head found, head_of(major));
    const std::size_t rest = input_.size() - pos_ - found.size;
    if (found.value > rest) return Unexpected{CborError::truncated};
    const auto size = static_cast<std::size_t>(found.value);
    const BytesView content = input_.subspan(pos_ + found.size, size);
    if (major == kText && !is_utf8(content)) return Unexpected{CborError::invalid_utf8};
    pos_ += found.size + size;
    if (const auto closed = close_item(); !closed) return Unexpected{closed.error()};
    return content;
}

Expected<std::uint64_t, CborError> Decoder::uint() {
    ROPE_TRY(const Head found, head_of(kUnsigned));
    pos_ += found.size;
    if (const auto closed = close_item(); !closed) return Unexpected{closed.error()};
    return found.value;
}

Expected<std::int64_t, CborError> Decoder::sint() {
    ROPE_TRY(const Head found, head());
    if (found.major > kNegative) return Unexpected{CborError::unexpected_type};
    if (found.value > kInt64Max) return Unexpected{CborError::out_of_range};
    pos_ += found.size;
    if (const auto closed = close_item(); !closed) return Unexpected{closed.error()};
    const auto magnitude = static_cast<std::int64_t>(found.value);
    return found.major == kNegative ? -1 - magnitude : magnitude;
}

Expected<BytesView, CborError> Decoder::bytes() {
    return string_of(kBytes);
}

Expected<std::string_view, CborError> Decoder::text() {
    ROPE_TRY(const BytesView content, string_of(kText));
    return text_of(content);
}

Expected<std::size_t, CborError> Decoder::array() {
    ROPE_TRY(const Head found, head_of(kArray));
    return open(found);
}

Expected<std::size_t, CborError> Decoder::map() {
    ROPE_TRY(const Head found, head_of(kMap));
    return open(found);
}

Expected<bool, CborError> Decoder::boolean() {
    ROPE_TRY(const Head found, head_of(kSimple));
    if (found.value == kNull) return Unexpected{CborError::unexpected_type};
    pos_ += found.size;
    if (const auto closed = close_item(); !closed) return Unexpected{closed.error()};
    return found.value == kTrue;
}

Expected<void, CborError> Decoder::null() {
    ROPE_TRY(const Head found, head_of(kSimple));
    if (found.value != kNull) return Unexpected{CborError::unexpected_type};
    pos_ += found.size;
    return close_item();
}

Expected<void, CborError> Decoder::tag(std::uint64_t expected) {
    ROPE_TRY(const Head found, head_of(kTag));
    if (found.value != expected) return Unexpected{CborError::unexpected_type};
    // A tag is part of the item it stands before, so it closes nothing; but something must follow.
    if (input_.size() - pos_ == found.size) return Unexpected{CborError::truncated};
    pos_ += found.size;
    return {};
}

Expected<void, CborError> Decoder::next() {
    ROPE_TRY(const Head found, head());
    switch (found.major) {
        case kBytes:
        case kText: {
            const auto content = string_of(found.major);
            if (!content) return Unexpected{content.error()};
            return {};
        }
        case kArray:
        case kMap: {
            const auto count = open(found);
            if (!count) return Unexpected{count.error()};
            return {};
        }
        case kTag:
            return Unexpected{CborError::unsupported};
        case kNegative:
            if (found.value > kInt64Max) return Unexpected{CborError::out_of_range};
            break;
        default:
            break;
    }
    pos_ += found.size;
    return close_item();
}

Expected<BytesView, CborError> Decoder::item() {
    const std::size_t begin = pos_;
    const std::size_t outside = depth_;
    do {
        if (const auto done = next(); !done) return Unexpected{done.error()};
    } while (depth_ > outside);
    return input_.subspan(begin, pos_ - begin);
}

std::optional<Kind> Decoder::peek() const {
    const auto found = head();
    if (!found) return std::nullopt;
    if (found->major < kSimple) return static_cast<Kind>(found->major);
    return found->value == kNull ? Kind::null : Kind::boolean;
}

Expected<void, CborError> Decoder::end() const {
    if (pos_ != input_.size()) return Unexpected{CborError::trailing};
    if (depth_ != 0) return Unexpected{CborError::truncated};
    return {};
}

Expected<bool, CborError> Decoder::key_is(BytesView key_head, BytesView key_body) {
    const BytesView rest = input_.subspan(pos_);
    int order = compare_start(rest, key_head);
    if (order == 0 && rest.size() > key_head.size()) {
        order = compare_start(rest.subspan(key_head.size()), key_body);
    }
    if (order == 0) {
        // The same bytes, or a beginning of them at the end of the input.
        ROPE_TRY(const BytesView key, item());
        return key.size() == key_head.size() + key_body.size();
    }
    const auto found = head();
    if (!found) return Unexpected{found.error()};
    ROPE_CHECK(depth_ > 0);
    const Frame& frame = frames_[depth_ - 1];
    const BytesView last = input_.subspan(frame.key_begin, frame.key_end - frame.key_begin);
    if (!last.empty() && compare_start(rest, last) <= 0) return Unexpected{CborError::key_order};
    if (order < 0) return Unexpected{CborError::unknown_key};
    return false;
}

Expected<MapReader, CborError> Decoder::fields() {
    ROPE_TRY(const std::size_t count, map());
    return MapReader{*this, count};
}

Expected<bool, CborError> MapReader::step(BytesView key_head, BytesView key_body) {
    if (left_ == 0) return false;
    // Inside a value whose own entries were not all read.
    if (in_->depth_ != depth_) return Unexpected{CborError::unknown_key};
    auto found = in_->key_is(key_head, key_body);
    if (found && *found) --left_;
    return found;
}

Expected<bool, CborError> MapReader::has(std::int64_t key) {
    std::array<std::uint8_t, kHeadBytesMax> buffer;
    const auto value = static_cast<std::uint64_t>(key);
    const std::size_t size = key < 0 ? write_head(kNegative << 5, ~value, buffer.data())
                                     : write_head(kUnsigned << 5, value, buffer.data());
    return step(BytesView{buffer.data(), size}, {});
}

Expected<bool, CborError> MapReader::has(std::string_view key) {
    std::array<std::uint8_t, kHeadBytesMax> buffer;
    const std::size_t size = write_head(kText << 5, key.size(), buffer.data());
    return step(BytesView{buffer.data(), size}, view_of(key));
}

Expected<void, CborError> MapReader::require(std::int64_t key) {
    ROPE_TRY(const bool found, has(key));
    if (!found) return Unexpected{CborError::missing_key};
    return {};
}

Expected<void, CborError> MapReader::require(std::string_view key) {
    ROPE_TRY(const bool found, has(key));
    if (!found) return Unexpected{CborError::missing_key};
    return {};
}

bool MapReader::next_is(std::int64_t key) const {
    if (left_ == 0 || in_->depth_ != depth_) return false;
    Decoder ahead = *in_;
    const auto found = ahead.sint();
    return found && *found == key;
}

Expected<void, CborError> MapReader::finish() const {
    const bool inside = in_->depth_ > depth_;
    if (left_ != 0 || inside) return Unexpected{CborError::unknown_key};
    return {};
}

}  // namespace ropenet::cbor
