// A CBOR value as a tree, for arguments and state entries whose shape is known only at run time.
//
// Holds only what deterministic CBOR can say. Maps keep the order they were built in (encoding
// sorts, decoding yields sorted ones), and two maps are equal only in the same order.
// A plain value; any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"

namespace ropenet::cbor {

enum class Kind : std::uint8_t {
    unsigned_integer,
    negative_integer,
    bytes,
    text,
    array,
    map,
    tag,  // never the kind of a Value
    boolean,
    null,
};

class Value;
using Array = std::vector<Value>;
using Map = std::vector<std::pair<Value, Value>>;

class Value {
  public:
    Value() = default;
    Value(std::nullptr_t) {}
    template <std::same_as<bool> T>
    Value(T value) : data_{value} {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Value(T value) : data_{std::uint64_t{value}} {}
    template <std::signed_integral T>
    Value(T value) {
        if (value < 0) {
            data_ = std::int64_t{value};
        } else {
            data_ = static_cast<std::uint64_t>(value);
        }
    }
    Value(Bytes value) : data_{std::move(value)} {}
    Value(BytesView value) : data_{to_bytes(value)} {}
    Value(const Hash32& value) : data_{to_bytes(value)} {}
    Value(std::string value) : data_{std::move(value)} {}
    Value(std::string_view value) : data_{std::string{value}} {}
    Value(const char* value) : data_{std::string{value}} {}
    Value(Map value) : data_{std::move(value)} {}
    // Explicit, or `Array copy{other}` would mean an array of one array.
    explicit Value(Array value) : data_{std::move(value)} {}

    Kind kind() const;
    bool is_null() const { return data_.index() == 0; }

    // Each is null when the value is of another kind.
    const std::uint64_t* as_uint() const { return std::get_if<std::uint64_t>(&data_); }
    /// Below zero.
    const std::int64_t* as_negative() const { return std::get_if<std::int64_t>(&data_); }
    const bool* as_bool() const { return std::get_if<bool>(&data_); }
    const Bytes* as_bytes() const { return std::get_if<Bytes>(&data_); }
    const std::string* as_text() const { return std::get_if<std::string>(&data_); }
    const Array* as_array() const { return std::get_if<Array>(&data_); }
    const Map* as_map() const { return std::get_if<Map>(&data_); }
    Array* as_array() { return std::get_if<Array>(&data_); }
    Map* as_map() { return std::get_if<Map>(&data_); }

    /// Items of an array, pairs of a map; otherwise 0.
    std::size_t size() const;

    // The value under a key; null when there is none or this is not a map.
    const Value* find(std::string_view key) const;
    const Value* find(std::uint64_t key) const;

    friend bool operator==(const Value& a, const Value& b);

  private:
    // An integer is std::int64_t exactly when it is below zero.
    std::variant<std::monostate, bool, std::uint64_t, std::int64_t, Bytes, std::string, Array, Map>
        data_;
};

/// Arrays and maps on the longest way down; 0 for anything else.
std::size_t depth_of(const Value& value);

}  // namespace ropenet::cbor
