// What a line of an imported file becomes, and what is wrong with it.
#include <gtest/gtest.h>

#include <fstream>

#include "crypto/hash.hpp"
#include "ropenet/import_mapping.hpp"
#include "types/limits.hpp"

namespace ropenet::cli {
namespace {

class ImportTest : public ::testing::Test {
  protected:
    ImportTest() {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder = std::filesystem::path{::testing::TempDir()} / "ropenet-import" / test->name();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~ImportTest() override { std::filesystem::remove_all(folder); }

    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream{folder / name, std::ios::binary} << text;
        return folder / name;
    }

    /// Column of the fault; "-" when there is none.
    std::string fault(const Row& cells, const Mapping& mapping = {}) const {
        const ImportLine line{.number = 2, .cells = cells, .fault = {}};
        const auto deposit = deposit_of(line, {.mapping = mapping, .folder = folder});
        if (deposit) return "-";
        EXPECT_FALSE(deposit.error().reason.en.empty());
        EXPECT_FALSE(deposit.error().reason.zh.empty());
        return deposit.error().column;
    }

    std::vector<ImportLine> lines_of(const std::string& text, ImportFormat format) const {
        const auto lines = ImportLines::open(write("input", text), format);
        std::vector<ImportLine> out;
        if (!lines) return out;
        while (true) {
            const auto line = (*lines)->next();
            EXPECT_TRUE(line);
            if (!line || !*line) return out;
            out.push_back(**line);
        }
    }

    std::filesystem::path folder;
    const std::string digest = hex(crypto::sha256(view_of("x")));
};

TEST_F(ImportTest, a_digest_needs_a_size) {
    EXPECT_EQ(fault({{"sha256", digest}, {"size", "1"}}), "-");
    EXPECT_EQ(fault({{"sha256", digest}}), "size");
}

TEST_F(ImportTest, one_content_is_named_and_only_one) {
    EXPECT_EQ(fault({{"media_type", "text/plain"}}), "");
    EXPECT_EQ(fault({{"text", "a"}, {"sha256", digest}, {"size", "1"}}), "");
}

TEST_F(ImportTest, a_size_that_is_not_that_of_the_content_is_refused) {
    EXPECT_EQ(fault({{"text", "four"}, {"size", "4"}}), "-");
    EXPECT_EQ(fault({{"text", "four"}, {"size", "5"}}), "size");
}

TEST_F(ImportTest, a_size_may_be_the_largest_integer_and_no_larger) {
    EXPECT_EQ(fault({{"sha256", digest}, {"size", std::to_string(kIntegerMax)}}), "-");
    EXPECT_EQ(fault({{"sha256", digest}, {"size", std::to_string(kIntegerMax + 1)}}), "size");
}

TEST_F(ImportTest, a_field_may_be_as_long_as_the_limit_and_no_longer) {
    const std::string longest(kEvidenceFieldBytesMax, 'x');
    EXPECT_EQ(fault({{"text", "a"}, {"fields.f", longest}}), "-");
    EXPECT_EQ(fault({{"text", "a"}, {"fields.f", longest + "x"}}), "fields.f");
    const std::string name(kEvidenceFieldNameBytesMax, 'n');
    EXPECT_EQ(fault({{"text", "a"}, {"fields." + name, "v"}}), "-");
    EXPECT_EQ(fault({{"text", "a"}, {"fields." + name + "n", "v"}}), "fields." + name + "n");
}

TEST_F(ImportTest, fields_may_be_as_many_as_the_limit_and_no_more) {
    Row cells{{"text", "a"}};
    for (std::size_t i = 0; i < kEvidenceFieldsMax; ++i)
        cells["fields." + std::to_string(100 + i)] = "v";
    EXPECT_EQ(fault(cells), "-");
    cells["attributed_to"] = "office";
    EXPECT_EQ(fault(cells), "attributed_to");
}

TEST_F(ImportTest, a_deposit_larger_than_a_transaction_is_refused) {
    Row cells{{"text", "a"}};
    for (int i = 0; i < 8; ++i)
        cells["fields." + std::to_string(i)] = std::string(kEvidenceFieldBytesMax, 'x');
    EXPECT_EQ(fault(cells), "");
}

TEST_F(ImportTest, text_that_is_not_utf_8_is_no_field) {
    EXPECT_EQ(fault({{"text", "a"}, {"fields.f", "\xFF"}}), "fields.f");
}

TEST_F(ImportTest, a_column_that_is_mapped_is_found_under_its_own_name) {
    const Mapping mapping{.columns = {{"text", "body"}}, .texts = {}};
    EXPECT_EQ(fault({{"body", "a"}}, mapping), "-");
    EXPECT_EQ(fault({{"text", "a"}}, mapping), "");
    EXPECT_EQ(fault({{"body", "a"}, {"media_type", "no media type"}}, mapping), "-");
}

TEST_F(ImportTest, json_lines_keep_their_numbers_and_their_faults) {
    const auto lines = lines_of("{\"a\":1}\n\n[1]\n{\"b\":{\"c\":\"d\"},\"e\":null}\r\n{\"f\":1.5}",
                                ImportFormat::ndjson);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0].cells, (Row{{"a", "1"}}));
    EXPECT_EQ(lines[1].number, 3U);
    EXPECT_TRUE(lines[1].fault);
    EXPECT_EQ(lines[2].cells, (Row{{"b.c", "d"}}));
    EXPECT_EQ(lines[3].fault->column, "f");
}

TEST_F(ImportTest, a_table_may_have_as_many_rows_as_the_limit_and_no_more) {
    const auto table = write("table", "text\na\n\nb\nc\n");
    const auto rows_of = [&](std::uint64_t lines_max) {
        const auto lines = ImportLines::open(table, ImportFormat::csv, lines_max);
        std::string rows;
        while (lines) {
            const auto line = (*lines)->next();
            if (!line) return rows + "refused";
            if (!*line) break;
            rows += (*line)->cells.at("text");
        }
        return rows;
    };
    EXPECT_EQ(rows_of(3), "abc");
    EXPECT_EQ(rows_of(2), "abrefused");
}

TEST_F(ImportTest, a_json_line_may_be_as_long_as_the_limit_and_no_longer) {
    const std::string frame = "{\"text\":\"\"}";
    const auto line = [&](std::size_t bytes) {
        return "{\"text\":\"" + std::string(bytes - frame.size(), 'x') + "\"}\n{\"a\":1}\n";
    };
    const auto longest = lines_of(line(kImportLineBytesMax), ImportFormat::ndjson);
    ASSERT_EQ(longest.size(), 2U);
    EXPECT_FALSE(longest[0].fault);
    const auto longer = lines_of(line(kImportLineBytesMax + 1), ImportFormat::ndjson);
    ASSERT_EQ(longer.size(), 2U);
    EXPECT_TRUE(longer[0].fault);
    EXPECT_FALSE(longer[1].fault);
}

}  // namespace
}  // namespace ropenet::cli
