#include "ropenet/csv.hpp"

#include <optional>

namespace ropenet::cli {
namespace {

class CsvReader {
  public:
    explicit CsvReader(std::string_view text) : text_{text} {}

    bool at_end() const { return position_ >= text_.size(); }

    /// One line's fields; absent when a quote never ends.
    std::optional<std::vector<std::string>> next_line() {
        std::vector<std::string> fields;
        while (true) {
            auto field = next_field();
            if (!field) return std::nullopt;
            fields.push_back(*std::move(field));
            if (at_end()) return fields;
            const char separator = text_[position_++];
            if (separator == ',') continue;
            if (separator == '\r' && !at_end() && text_[position_] == '\n') ++position_;
            return fields;
        }
    }

  private:
    std::optional<std::string> next_field() {
        if (!at_end() && text_[position_] == '"') return next_quoted();
        const auto end = text_.find_first_of(",\r\n", position_);
        const auto count = end == std::string_view::npos ? end : end - position_;
        std::string field{text_.substr(position_, count)};
        position_ += field.size();
        return field;
    }

    std::optional<std::string> next_quoted() {
        std::string field;
        ++position_;
        while (!at_end()) {
            const char c = text_[position_++];
            if (c != '"') {
                field.push_back(c);
            } else if (!at_end() && text_[position_] == '"') {
                field.push_back('"');
                ++position_;
            } else {
                return field;
            }
        }
        return std::nullopt;
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

Unexpected<Words> wrong_line(std::size_t number) {
    const std::string n = std::to_string(number);
    return Unexpected{Words{"line " + n + " does not fit the header", "第 " + n + " 行与表头不符"}};
}

}  // namespace

Expected<std::vector<Row>, Words> rows_from_csv(std::string_view text) {
    CsvReader reader{text};
    const auto header = reader.next_line();
    if (!header) return wrong_line(1);
    std::vector<Row> rows;
    std::size_t number = 1;
    while (!reader.at_end()) {
        ++number;
        const auto fields = reader.next_line();
        if (!fields || fields->size() != header->size()) return wrong_line(number);
        Row row;
        for (std::size_t i = 0; i < fields->size(); ++i) {
            if (!(*fields)[i].empty()) row.emplace((*header)[i], (*fields)[i]);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string csv_row(const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        std::string cell = cells[i];
        const bool runs =
            !cell.empty() && std::string_view{"=+-@\t\r"}.find(cell[0]) != std::string_view::npos;
        if (runs) cell.insert(cell.begin(), '\'');
        if (cell.find_first_of(",\"\r\n") != std::string::npos) {
            for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2)
                cell.insert(at, 1, '"');
            cell = "\"" + cell + "\"";
        }
        out += (i == 0 ? "" : ",") + cell;
    }
    return out;
}

}  // namespace ropenet::cli
