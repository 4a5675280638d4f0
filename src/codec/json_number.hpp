// Numbers as ECMAScript writes them (Number::toString, radix 10), which RFC 8785 demands.
//
// The one place of the core where floating point is read or written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ropenet::json {

/// Pre: finite.
std::string es6_number(double value);

/// The nearest double; absent if `text` is no number or none is near (overflow, underflow).
std::optional<double> double_from(std::string_view text);

}  // namespace ropenet::json
