// RFC 4180 tables in UTF-8: a header row, then rows of as many fields. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// Column name -> text; empty fields are left out.
using Row = std::map<std::string, std::string>;

Expected<std::vector<Row>, Words> rows_from_csv(std::string_view text);

/// One row without its line end. A cell that a spreadsheet would run begins with an apostrophe.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace ropenet::cli
