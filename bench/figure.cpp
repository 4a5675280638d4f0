#include "bench/figure.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "codec/json.hpp"

namespace ropenet::bench {
namespace {

constexpr int kNameColumns = 34;
constexpr int kNumberColumns = 12;
constexpr int kUnitColumns = 10;

json::Value number_or_null(const std::optional<double>& number) {
    return number ? json::Value{*number} : json::Value{};
}

std::string padded(std::string text, std::size_t columns) {
    if (text.size() < columns) text.append(columns - text.size(), ' ');
    return text + ' ';
}

}  // namespace

std::string json_of(const Figure& figure) {
    return json::serialize(json::Value{json::Object{{"name", figure.name},
                                                    {"value", number_or_null(figure.value)},
                                                    {"unit", figure.unit},
                                                    {"baseline", number_or_null(figure.baseline)},
                                                    {"ratio", number_or_null(figure.ratio)},
                                                    {"pairs", figure.pairs},
                                                    {"note", figure.note}}});
}

std::string text_of_number(const std::optional<double>& number) {
    if (!number) return "-";
    constexpr double kWhole = 1'000;
    constexpr double kTenths = 10;
    const int digits = std::fabs(*number) >= kWhole ? 0 : std::fabs(*number) >= kTenths ? 1 : 3;
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, *number);
    return text.data();
}

void Report::print_heading(Language language) {
    // Wide characters would break the columns, so the Chinese heading stands on its own line.
    if (language == Language::zh) {
        out_ << "各列：指标、数值、单位、基准、比值（各对之中位数）、对数、说明\n";
    }
    out_ << padded("figure", kNameColumns) << padded("value", kNumberColumns)
         << padded("unit", kUnitColumns) << padded("baseline", kNumberColumns)
         << padded("ratio", kNumberColumns) << "pairs  note" << std::endl;
}

void Report::add(const Figure& figure) {
    if (!only_.empty() && figure.name != only_) return;
    if (form_ == Form::json) {
        out_ << json_of(figure) << std::endl;
        return;
    }
    out_ << padded(figure.name, kNameColumns)
         << padded(text_of_number(figure.value), kNumberColumns)
         << padded(figure.unit, kUnitColumns)
         << padded(text_of_number(figure.baseline), kNumberColumns)
         << padded(text_of_number(figure.ratio), kNumberColumns)
         << padded(std::to_string(figure.pairs), 5) << ' ' << figure.note << std::endl;
}

}  // namespace ropenet::bench
