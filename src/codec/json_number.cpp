#include "codec/json_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "base/check.hpp"

namespace ropenet::json {
namespace {

/// value = 0.digits * 10^point, with as few digits as tell it apart from its neighbours.
struct Decimal {
    std::string digits;
    int point = 0;
};

Decimal shortest(double positive) {
    std::array<char, 32> buffer;
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), positive,
                                       std::chars_format::scientific);
    ROPE_CHECK(written.ec == std::errc{});
    const std::string_view text{buffer.data(), written.ptr};
    const auto e = text.find('e');
    ROPE_CHECK(e != std::string_view::npos);
    Decimal out;
    for (const char c : text.substr(0, e)) {
        if (c != '.') out.digits += c;
    }
    const char* const exponent = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(exponent, written.ptr, out.point);
    ++out.point;
    return out;
}

std::string with_exponent(const Decimal& number) {
    std::string out{number.digits[0]};
    if (number.digits.size() > 1) out += '.' + number.digits.substr(1);
    const int exponent = number.point - 1;
    return out + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

}  // namespace

std::string es6_number(double value) {
    ROPE_CHECK(std::isfinite(value));
    if (value == 0) return "0";
    const Decimal number = shortest(std::abs(value));
    const std::string sign = value < 0 ? "-" : "";
    const std::string& digits = number.digits;
    // ECMA-262 section 6.1.6.1.20: where it changes to an exponent.
    if (number.point > 21 || number.point <= -6) return sign + with_exponent(number);
    if (number.point <= 0) {
        return sign + "0." + std::string(static_cast<std::size_t>(-number.point), '0') + digits;
    }
    const auto point = static_cast<std::size_t>(number.point);
    if (digits.size() <= point) return sign + digits + std::string(point - digits.size(), '0');
    return sign + digits.substr(0, point) + '.' + digits.substr(point);
}

std::optional<double> double_from(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace ropenet::json
