// Deterministic CBOR (RFC 8949 section 4.2.1): the one binary encoding of everything we sign.
//
// Shortest heads, definite lengths, map keys rising bytewise and unique, UTF-8 text, depth of
// arrays and maps <= 16; no floats, no other simple values than false, true, null; tags only where
// the reader asks for one. Whatever else is given is refused with its reason, so each value has one
// spelling: decode then encode is the identity. Knows no format built on it.
// Pure; one object, one thread. Views returned point into the input.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "codec/cbor_value.hpp"

namespace ropenet::cbor {

/// Arrays and maps around a value, itself included.
inline constexpr std::size_t kDepthMax = 16;

enum class CborError : std::uint8_t {
    truncated,        // the input ends inside an item, or a count promises more than there is
    trailing,         // bytes after the last item
    not_shortest,     // a length or integer with leading zero bytes
    indefinite,       // indefinite length, or its break
    unexpected_type,  // not the type the reader asked for
    key_order,        // a map key that does not rise, duplicates included
    depth,            // deeper than kDepthMax
    unsupported,      // float, undefined, other simple value, tag, reserved head
    invalid_utf8,     // text that is not UTF-8
    too_large,        // a size above the reader's limit
    unknown_key,      // a map entry the reader does not know
    missing_key,      // a map entry the reader needs
    out_of_range,     // an integer that does not fit, or a value the reader does not take
};
std::string_view name_of(CborError error);

/// Appends items to one buffer. Does not sort and does not count: the caller writes map keys in
/// order and as many items as announced. Text must be UTF-8.
class Encoder {
  public:
    Encoder() = default;
    explicit Encoder(std::size_t reserve) { out_.reserve(reserve); }

    Encoder& uint(std::uint64_t value) { return head(0x00, value); }
    Encoder& sint(std::int64_t value) {
        // -1 - n is the bitwise complement, and never overflows.
        return value < 0 ? head(0x20, ~static_cast<std::uint64_t>(value))
                         : head(0x00, static_cast<std::uint64_t>(value));
    }
    Encoder& bytes(BytesView value) { return head(0x40, value.size()).raw(value); }
    Encoder& text(std::string_view value) {
        return head(0x60, value.size()).raw(ropenet::view_of(value));
    }
    Encoder& array(std::size_t count) { return head(0x80, count); }
    Encoder& map(std::size_t count) { return head(0xA0, count); }
    Encoder& tag(std::uint64_t number) { return head(0xC0, number); }
    Encoder& boolean(bool value) { return head(0xE0, value ? 21 : 20); }
    Encoder& null() { return head(0xE0, 22); }
    /// Bytes that are already encoded.
    Encoder& raw(BytesView encoded) {
        out_.insert(out_.end(), encoded.begin(), encoded.end());
        return *this;
    }

    const Bytes& view() const { return out_; }
    Bytes take() && { return std::move(out_); }

  private:
    Encoder& head(std::uint8_t major, std::uint64_t value);

    Bytes out_;
};

class MapReader;

/// A cursor over a sequence of items. After any error but `unexpected_type` stop reading; that one
/// leaves the cursor where it was. Order of map keys is checked as the cursor passes them.
class Decoder {
  public:
    explicit Decoder(BytesView input) : input_{input} {}

    Expected<std::uint64_t, CborError> uint();
    /// Unsigned or negative, if it fits.
    Expected<std::int64_t, CborError> sint();
    Expected<BytesView, CborError> bytes();
    Expected<std::string_view, CborError> text();
    /// The number of items that follow; never more than the rest of the input could hold.
    Expected<std::size_t, CborError> array();
    /// The number of pairs that follow.
    Expected<std::size_t, CborError> map();
    Expected<bool, CborError> boolean();
    Expected<void, CborError> null();
    Expected<void, CborError> tag(std::uint64_t expected);
    /// The next item whole, checked throughout.
    Expected<BytesView, CborError> item();

    /// Opens a map to be read by its keys.
    Expected<MapReader, CborError> fields();

    /// Absent at the end of the input and before what is not supported.
    std::optional<Kind> peek() const;

    /// Nothing is left, and nothing was left open.
    Expected<void, CborError> end() const;

  private:
    friend class MapReader;

    struct Head {
        std::uint8_t major = 0;
        std::uint64_t value = 0;
        std::size_t size = 0;  // bytes of the head itself
    };
    /// One open array or map.
    struct Frame {
        std::uint64_t left = 0;  // items still to come; keys and values each count
        bool is_map = false;
        std::size_t item_begin = 0;
        std::size_t key_begin = 0;  // the last key; empty before the first
        std::size_t key_end = 0;
    };

    Expected<Head, CborError> head() const;
    Expected<Head, CborError> head_of(std::uint8_t major) const;
    Expected<BytesView, CborError> string_of(std::uint8_t major);
    Expected<std::size_t, CborError> open(const Head& head);
    Expected<void, CborError> next();
    Expected<void, CborError> close_item();
    Expected<bool, CborError> key_is(BytesView key_head, BytesView key_body);

    BytesView input_;
    std::size_t pos_ = 0;
    std::size_t depth_ = 0;
    std::array<Frame, kDepthMax> frames_;
};

/// Reads one map by key. Ask in rising order of the encoded keys (0, 1, .., -1, -2, .., then text,
/// shorter first); after a yes read the value from the decoder, whole, before asking again. Lives
/// no longer than the decoder.
class MapReader {
  public:
    /// Is this the next key? Steps over it if so. A key the caller has not asked for is
    /// `unknown_key` as soon as it is seen to be passed.
    Expected<bool, CborError> has(std::int64_t key);
    Expected<bool, CborError> has(std::string_view key);
    /// The same, and `missing_key` when it is not.
    Expected<void, CborError> require(std::int64_t key);
    Expected<void, CborError> require(std::string_view key);
    /// Looks without stepping.
    bool next_is(std::int64_t key) const;

    /// Pairs whose key has not been passed.
    std::size_t left() const { return left_; }
    /// `unknown_key` if pairs remain, here or in a map inside that was not read to its end.
    Expected<void, CborError> finish() const;

  private:
    friend class Decoder;
    MapReader(Decoder& in, std::size_t count) : in_{&in}, depth_{in.depth_}, left_{count} {}
    Expected<bool, CborError> step(BytesView key_head, BytesView key_body);

    Decoder* in_;
    std::size_t depth_;  // of the decoder just inside this map
    std::size_t left_;
};

/// Exactly one item.
Expected<Value, CborError> decode_value(BytesView bytes);

/// Sorts the keys of every map. Two equal keys are a bug of the caller and stop the process. What
/// is deeper than kDepthMax is written but no reader takes it: see depth_of.
Bytes encode_value(const Value& value);

}  // namespace ropenet::cbor
