// RFC 4180 tables in UTF-8: a header row, then rows of as many fields. Any line end; a quoted field
// may hold line ends. Pure, except that a reader asks for its pieces; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// Column name -> text; empty fields are left out.
using Row = std::map<std::string, std::string>;

/// The next piece of a text; empty at its end.
using NextPiece = std::function<std::string()>;

inline constexpr std::size_t kCsvRowBytesMax = 1U << 20;

enum class CsvError : std::uint8_t {
    unterminated,  // a quoted field never ends
    stray_quote,   // something stands between a closing quote and the next comma
    too_long,      // a row of more than kCsvRowBytesMax
};
Words words_of(CsvError error);

class CsvReader {
  public:
    explicit CsvReader(NextPiece next) : next_{std::move(next)} {}

    /// False at the end. After an error nothing more can be read.
    Expected<bool, CsvError> next(std::vector<std::string>& row);
    /// Where the row that next() gave began, from 1.
    std::uint64_t line() const { return row_line_; }

  private:
    bool at_end();
    char take();
    Expected<void, CsvError> quoted(std::string& field);
    Expected<void, CsvError> add(std::string& field, char c);

    NextPiece next_;
    std::string piece_;
    std::size_t position_ = 0;
    std::uint64_t line_ = 1;
    std::uint64_t row_line_ = 0;
    std::size_t row_bytes_ = 0;
    bool ended_ = false;
};

Expected<std::vector<Row>, Words> rows_from_csv(std::string_view text);

/// One row without its line end. A cell that a spreadsheet would run begins with an apostrophe.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace ropenet::cli
