#include "ropenet/csv.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace ropenet::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Read {
    Rows rows;
    std::vector<std::uint64_t> lines;
    std::optional<CsvError> error;
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
        out.lines.push_back(reader.line());
    }
}

TEST(CsvTest, rows_are_the_same_however_the_text_comes_in_pieces) {
    const std::string text = "a,b\r\n\"x \"\"y\"\"\",\"two\r\nlines\"\n,\rlast,\"\"";
    const Rows expected{{"a", "b"}, {"x \"y\"", "two\r\nlines"}, {"", ""}, {"last", ""}};
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const Read got = read(text, piece);
        EXPECT_EQ(got.rows, expected) << piece;
        EXPECT_EQ(got.lines, (std::vector<std::uint64_t>{1, 2, 4, 5})) << piece;
        EXPECT_FALSE(got.error) << piece;
    }
}

TEST(CsvTest, a_line_end_at_the_end_makes_no_row) {
    EXPECT_EQ(read("a\n", 1).rows.size(), 1U);
    EXPECT_EQ(read("", 1).rows.size(), 0U);
}

TEST(CsvTest, a_quote_that_never_ends_is_an_error) {
    EXPECT_EQ(read("a\n\"b\n", 2).error, CsvError::unterminated);
}

TEST(CsvTest, text_after_a_closing_quote_is_an_error) {
    EXPECT_EQ(read("\"a\"b\n", 1).error, CsvError::stray_quote);
}

TEST(CsvTest, a_quote_inside_an_unquoted_field_is_text) {
    EXPECT_EQ(read("5\" pipe\n", 3).rows, (Rows{{"5\" pipe"}}));
}

TEST(CsvTest, a_row_may_be_as_long_as_the_limit_and_no_longer) {
    const std::string longest(kCsvRowBytesMax, 'x');
    EXPECT_EQ(read(longest + "\n", 4096).rows.size(), 1U);
    EXPECT_EQ(read(longest + "x\n", 4096).error, CsvError::too_long);
    EXPECT_EQ(read("\"" + longest + "x\"\n", 4096).error, CsvError::too_long);
    EXPECT_EQ(read(std::string(kCsvRowBytesMax + 1, ','), 4096).error, CsvError::too_long);
}

}  // namespace
}  // namespace ropenet::cli
