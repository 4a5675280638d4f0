// One measured figure and where it goes: a JSON line, or a row of a table.
//
// Knows nothing of how it was measured. Threads: one. Errors: none; what could not be measured has
// no value, and its note says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

namespace ropenet::bench {

struct Figure {
    std::string name;
    std::optional<double> value;
    std::string unit;
    std::optional<double> baseline;  // in the same unit, measured in turns with the value
    std::optional<double> ratio;     // median of value / baseline of each pair
    std::size_t pairs = 0;
    std::string note;
};

enum class Form : std::uint8_t { table, json };
enum class Language : std::uint8_t { en, zh };

/// As one line, without line feed.
std::string json_of(const Figure& figure);
/// Three or four digits that matter; "-" when absent.
std::string text_of_number(const std::optional<double>& number);

class Report {
  public:
    /// `out` must outlive the report.
    Report(std::ostream& out, Form form, Language language) : out_{out}, form_{form} {
        if (form == Form::table) print_heading(language);
    }

    /// Printed at once: a long run shows what it has.
    void add(const Figure& figure);
    /// From now on figures of other names are not printed; empty: all are.
    void show_only(std::string name) { only_ = std::move(name); }

  private:
    void print_heading(Language language);

    std::ostream& out_;
    const Form form_;
    std::string only_;
};

}  // namespace ropenet::bench
