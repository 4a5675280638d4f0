// Filters over rows of the policy register: conditions joined by `;`, each `=`, `!=`, `<` or `in`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ropenet::cli {

struct Condition {
    enum class Test : std::uint8_t { equal, not_equal, less, one_of };
    std::string field;
    Test test = Test::equal;
    std::vector<std::string> values;  // several for one_of alone
};

/// Absent when the text is not a filter; an empty text is the filter that all rows pass.
std::optional<std::vector<Condition>> conditions_from(std::string_view filter);

/// The values a row has for a field: several for `issuer`, none where it has no such field.
using ValuesOf = std::function<std::vector<std::string>(const std::string& field)>;
bool passes(const std::vector<Condition>& conditions, const ValuesOf& values_of);

}  // namespace ropenet::cli
