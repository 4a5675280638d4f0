#include "ropenet/csv.hpp"

#include <utility>

namespace ropenet::cli {
namespace {

Unexpected<Words> wrong_line(std::uint64_t number) {
    const std::string n = std::to_string(number);
    return Unexpected{Words{"line " + n + " does not fit the header", "第 " + n + " 行与表头不符"}};
}

}  // namespace

Words words_of(CsvError error) {
    switch (error) {
        case CsvError::unterminated:
            return {"a quoted field never ends", "引号字段没有结束"};
        case CsvError::stray_quote:
            return {"text stands after a closing quote", "右引号之后仍有内容"};
        case CsvError::too_long:
            break;
    }
    return {"the row is longer than 1 MiB", "该行超过 1 MiB"};
}

bool CsvReader::at_end() {
    if (position_ < piece_.size()) return false;
    if (!ended_) {
        piece_ = next_();
        position_ = 0;
        ended_ = piece_.empty();
    }
    return ended_;
}

char CsvReader::take() {
    const char c = piece_[position_++];
    if (c == '\n') ++line_;
    return c;
}

Expected<void, CsvError> CsvReader::add(std::string& field, char c) {
    if (++row_bytes_ > kCsvRowBytesMax) return Unexpected{CsvError::too_long};
    field.push_back(c);
    return {};
}

Expected<void, CsvError> CsvReader::quoted(std::string& field) {
    while (!at_end()) {
        const char c = take();
        if (c != '"') {
            ROPE_DO(add(field, c));
            continue;
        }
        if (at_end() || piece_[position_] != '"') {
            const bool closed = at_end() || piece_[position_] == ',' || piece_[position_] == '\r' ||
                                piece_[position_] == '\n';
            if (closed) return {};
            return Unexpected{CsvError::stray_quote};
        }
        ROPE_DO(add(field, take()));
    }
    return Unexpected{CsvError::unterminated};
}

Expected<bool, CsvError> CsvReader::next(std::vector<std::string>& row) {
    row.clear();
    if (at_end()) return false;
    row_line_ = line_;
    row_bytes_ = 0;
    row.emplace_back();
    bool begun = false;  // the field has a character or was quoted
    while (!at_end()) {
        const char c = take();
        if (c == '"' && !begun) {
            ROPE_DO(quoted(row.back()));
            begun = true;
        } else if (c == ',') {
            if (++row_bytes_ > kCsvRowBytesMax) return Unexpected{CsvError::too_long};
            row.emplace_back();
            begun = false;
        } else if (c == '\n') {
            return true;
        } else if (c == '\r') {
            if (!at_end() && piece_[position_] == '\n')
                take();
            else
                ++line_;
            return true;
        } else {
            ROPE_DO(add(row.back(), c));
            begun = true;
        }
    }
    return true;
}

Expected<std::vector<Row>, Words> rows_from_csv(std::string_view text) {
    bool given = false;
    CsvReader reader{
        [&] { return std::exchange(given, true) ? std::string{} : std::string{text}; }};
    std::vector<std::string> header;
    if (!reader.next(header)) return wrong_line(reader.line());
    std::vector<Row> rows;
    std::vector<std::string> fields;
    while (true) {
        const auto more = reader.next(fields);
        if (!more) return wrong_line(reader.line());
        if (!*more) return rows;
        if (fields.size() != header.size()) return wrong_line(reader.line());
        Row row;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!fields[i].empty()) row.emplace(header[i], fields[i]);
        }
        rows.push_back(std::move(row));
    }
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
