#include "ropenet/policy_filter.hpp"

#include <algorithm>

namespace ropenet::cli {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (true) {
        const auto at = text.find(separator);
        out.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return out;
        text.remove_prefix(at + 1);
    }
}

std::optional<Condition> condition_from(std::string_view text) {
    using Test = Condition::Test;
    // Longest operator first, or `!=` would read as `=`.
    constexpr std::pair<std::string_view, Test> kOperators[] = {
        {" in ", Test::one_of}, {"!=", Test::not_equal}, {"=", Test::equal}, {"<", Test::less}};
    for (const auto& [sign, test] : kOperators) {
        const auto at = text.find(sign);
        if (at == std::string_view::npos || at == 0) continue;
        const std::string_view value = text.substr(at + sign.size());
        return Condition{
            .field = std::string{text.substr(0, at)},
            .test = test,
            .values = test == Test::one_of ? split(value, '|') : std::vector{std::string{value}}};
    }
    return std::nullopt;
}

bool holds(const Condition& condition, const std::vector<std::string>& values) {
    const auto among = [&](const std::string& value) {
        return std::ranges::find(condition.values, value) != condition.values.end();
    };
    switch (condition.test) {
        case Condition::Test::equal:
        case Condition::Test::one_of:
            return std::ranges::any_of(values, among);
        case Condition::Test::not_equal:
            return std::ranges::none_of(values, among);
        case Condition::Test::less:
            return std::ranges::any_of(
                values, [&](const std::string& value) { return value < condition.values[0]; });
    }
    return false;
}

}  // namespace

std::optional<std::vector<Condition>> conditions_from(std::string_view filter) {
    std::vector<Condition> out;
    if (filter.empty()) return out;
    for (const std::string& part : split(filter, ';')) {
        auto condition = condition_from(part);
        if (!condition) return std::nullopt;
        out.push_back(*std::move(condition));
    }
    return out;
}

bool passes(const std::vector<Condition>& conditions, const ValuesOf& values_of) {
    return std::ranges::all_of(conditions, [&](const Condition& condition) {
        return holds(condition, values_of(condition.field));
    });
}

}  // namespace ropenet::cli
