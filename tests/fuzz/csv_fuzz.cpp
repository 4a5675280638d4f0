// Any bytes are rows or refused, the same rows however the bytes come in pieces, and rows that were
// read are written and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/check.hpp"
#include "ropenet/csv.hpp"

namespace {

using namespace ropenet::cli;

struct Read {
    std::vector<std::vector<std::string>> rows;
    std::optional<CsvError> error;

    friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view text, std::size_t piece_bytes) {
    CsvReader reader{[text, piece_bytes]() mutable {
        std::string piece{text.substr(0, piece_bytes)};
        text.remove_prefix(piece.size());
        return piece;
    }};
    Read out;
    std::vector<std::string> row;
    while (true) {
        const auto more = reader.next(row);
        if (!more) out.error = more.error();
        if (!more || !*more) return out;
        out.rows.push_back(row);
    }
}

bool runs_in_a_spreadsheet(const std::vector<std::string>& row) {
    return std::ranges::any_of(row, [](const std::string& cell) {
        return !cell.empty() && std::string_view{"=+-@\t\r"}.find(cell[0]) != std::string::npos;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{data, data + size};
    const Read whole = read(text, text.size() + 1);
    ROPE_CHECK(read(text, 1) == whole);
    ROPE_CHECK(read(text, 7) == whole);
    for (const auto& row : whole.rows) {
        // An apostrophe is put before what a spreadsheet would run, and an empty line is no row.
        if (runs_in_a_spreadsheet(row) || (row.size() == 1 && row[0].empty())) continue;
        const Read again = read(csv_row(row) + "\r\n", 3);
        ROPE_CHECK(again.rows.size() == 1 && again.rows[0] == row && !again.error);
    }
    return 0;
}
