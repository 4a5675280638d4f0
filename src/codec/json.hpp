// JSON at the edge (RFC 8259), and its canonical form (RFC 8785) for what other software hashes.
//
// Stricter than the grammar: a repeated name, text that is not UTF-8, a number beyond a double and
// anything deeper than the limit are refused. The only module that knows Boost.JSON, and only
// inside its source file. Nothing that is signed by us is JSON.
// Plain values; any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/expected.hpp"

namespace ropenet::json {

inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kJsonBytesMax = 4 * 1024 * 1024;

enum class JsonError : std::uint8_t {
    syntax,         // not JSON, or more than one value
    too_large,      // longer than the limit
    depth,          // arrays and objects nested deeper than the limit
    duplicate_key,  // a name twice in one object
    invalid_utf8,   // also an escaped second half of a surrogate pair alone
    out_of_range,   // a number no double holds; for jcs also an integer that is not exactly one
};
std::string_view name_of(JsonError error);

class Value;
using Array = std::vector<Value>;
/// Keeps the order it was written in.
using Object = std::vector<std::pair<std::string, Value>>;

class Value {
  public:
    Value() = default;
    Value(std::nullptr_t) {}
    template <std::same_as<bool> T>
    Value(T value) : data_{value} {}
    template <std::signed_integral T>
    Value(T value) : data_{std::int64_t{value}} {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Value(T value) {
        if (std::in_range<std::int64_t>(value)) {
            data_ = static_cast<std::int64_t>(value);
        } else {
            data_ = std::uint64_t{value};
        }
    }
    Value(double value) : data_{value} {}
    Value(std::string value) : data_{std::move(value)} {}
    Value(std::string_view value) : data_{std::string{value}} {}
    Value(const char* value) : data_{std::string{value}} {}
    Value(Object value) : data_{std::move(value)} {}
    // Explicit, or `Array copy{other}` would mean an array of one array.
    explicit Value(Array value) : data_{std::move(value)} {}

    bool is_null() const { return data_.index() == 0; }

    // Each is absent or null when the value is of another kind.
    std::optional<bool> as_bool() const;
    /// Written without fraction and exponent, and in range.
    std::optional<std::int64_t> as_int() const;
    std::optional<std::uint64_t> as_uint() const;
    /// Any number.
    std::optional<double> as_double() const;
    const std::string* as_string() const { return std::get_if<std::string>(&data_); }
    const Array* as_array() const { return std::get_if<Array>(&data_); }
    const Object* as_object() const { return std::get_if<Object>(&data_); }
    Array* as_array() { return std::get_if<Array>(&data_); }
    Object* as_object() { return std::get_if<Object>(&data_); }

    /// Items of an array, members of an object; otherwise 0.
    std::size_t size() const;
    /// The member of that name; null when there is none or this is not an object.
    const Value* find(std::string_view key) const;

    /// 1 and 1.0 are different values. Objects are equal only in the same order.
    friend bool operator==(const Value& a, const Value& b);

    // An integer is std::uint64_t exactly when it does not fit std::int64_t.
    using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double,
                              std::string, Array, Object>;
    const Data& data() const { return data_; }

  private:
    Data data_;
};

struct Limits {
    std::size_t bytes_max = kJsonBytesMax;
    std::size_t depth_max = kJsonDepthMax;
};

/// Exactly one value, white space around it allowed.
Expected<Value, JsonError> parse(std::string_view text, const Limits& limits = {});

/// One line, no spaces. Strings must be UTF-8; a double that is not finite becomes null.
std::string serialize(const Value& value);
/// Two spaces a level, line feed at the end.
std::string serialize_pretty(const Value& value);

/// RFC 8785. Refuses what I-JSON cannot carry exactly, and a repeated name.
Expected<std::string, JsonError> jcs(const Value& value);

}  // namespace ropenet::json
