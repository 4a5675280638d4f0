// Goal: the figures and verdicts of the specification, from the real tables. Method: the entries
// that would be deposited, as if read back from a ledger; no node.
#include "ropenet/policy_stats.hpp"

#include <gtest/gtest.h>

#include "ropenet/policy_data.hpp"
#include "ropenet/policy_filter.hpp"

namespace ropenet::cli {
namespace {

struct PolicyStatsTest : testing::Test {
    Register entries{.rope = "register", .height = 9, .tables = {}};
    std::size_t count = 0;

    PolicyStatsTest() {
        const auto read = read_policy_entries(built_in_tables());
        EXPECT_TRUE(read);
        if (!read) return;
        for (const PolicyEntry& entry : *read) {
            ++count;
            entries.tables[entry.fields.at("table")].push_back(
                {.tx_id = "tx" + std::to_string(count),
                 .account_name = recorder_name(entry.region),
                 .fields = entry.fields,
                 .attested = false});
        }
    }

    Statistics statistics() const {
        const auto made = statistics_of(entries);
        EXPECT_TRUE(made);
        return made ? *made : Statistics{};
    }

    std::uint64_t figure(std::string_view filter) const {
        for (const Figure& one : statistics().figures) {
            if (one.filter == filter) {
                EXPECT_EQ(one.transactions.size(), one.value) << filter;
                return one.value;
            }
        }
        ADD_FAILURE() << "no figure " << filter;
        return 0;
    }

    std::string verdict(std::string_view id) const {
        for (const ClaimVerdict& claim : statistics().claims) {
            if (claim.id == id) return claim.verdict;
        }
        return "no such claim";
    }
};

TEST_F(PolicyStatsTest, the_four_tables_make_71_entries_of_which_22_are_documents) {
    EXPECT_EQ(count, 71U);
    EXPECT_EQ(entries.tables.at("policy_documents").size(), 22U);
}

TEST_F(PolicyStatsTest, figures_are_those_of_the_specification) {
    EXPECT_EQ(figure("status=issued"), 21U);
    EXPECT_EQ(figure("status=draft"), 1U);
    EXPECT_EQ(figure("status=issued;year=2016"), 8U);
    EXPECT_EQ(figure("status=issued;year=2017"), 13U);
    EXPECT_EQ(figure("status=issued;level=central"), 2U);
    EXPECT_EQ(figure("status=issued;level=province"), 7U);
    EXPECT_EQ(figure("status=issued;level=city"), 9U);
    EXPECT_EQ(figure("status=issued;level=district"), 2U);
    EXPECT_EQ(figure("status=issued;level=association"), 1U);
    EXPECT_EQ(figure("status=issued;region=Zhejiang"), 1U);
    EXPECT_EQ(figure("status=issued;region=Guangdong"), 3U);
}

TEST_F(PolicyStatsTest, verdicts_are_those_of_the_specification) {
    for (const auto* id : {"C04", "C07", "C08", "C09", "C10", "C15"}) {
        EXPECT_EQ(verdict(id), "supported") << id;
    }
    for (const auto* id : {"C11", "C12", "C14"})
        EXPECT_EQ(verdict(id), "contradicted") << id;
    for (const auto* id : {"C01", "C02", "C03", "C05", "C06", "C13"}) {
        EXPECT_EQ(verdict(id), "no evidence") << id;
    }
}

TEST_F(PolicyStatsTest, a_figure_follows_the_ledger_and_not_the_tables) {
    entries.tables["policy_documents"].pop_back();

    EXPECT_EQ(figure("status=issued"), 20U);
}

TEST_F(PolicyStatsTest, a_ranking_is_supported_only_when_it_holds_strictly) {
    auto& documents = entries.tables["policy_documents"];
    const RegisterRow one = documents[2];  // Zhejiang
    ASSERT_EQ(one.field("region"), "Zhejiang");
    for (int i = 0; i < 4; ++i)
        documents.push_back(one);
    RegisterRow guizhou = one;
    guizhou.fields["region"] = "Guizhou";
    documents.push_back(guizhou);
    EXPECT_EQ(verdict("C06"), "no evidence");  // Guizhou 3 = Beijing 3 = Guangdong 3

    for (RegisterRow& row : documents) {
        const std::string region = row.field("region");
        if (region == "Beijing" || region == "Guangdong") row.fields["status"] = "draft";
    }
    EXPECT_EQ(verdict("C06"), "supported");
}

TEST(PolicyFilterTest, conditions_are_read_by_their_longest_operator) {
    const auto conditions = conditions_from("a!=b;c in x|y;d<2017-10");
    ASSERT_TRUE(conditions);
    ASSERT_EQ(conditions->size(), 3U);
    EXPECT_EQ((*conditions)[0].test, Condition::Test::not_equal);
    EXPECT_EQ((*conditions)[1].values, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ((*conditions)[2].test, Condition::Test::less);
    EXPECT_FALSE(conditions_from("nothing"));
}

TEST(CsvTest, quotes_commas_and_line_ends_inside_fields_are_kept) {
    const auto rows = rows_from_csv("a,b\r\n\"x, \"\"y\"\"\nz\",\n1,2\n");
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].at("a"), "x, \"y\"\nz");
    EXPECT_FALSE((*rows)[0].contains("b"));
    EXPECT_EQ((*rows)[1].at("b"), "2");
}

TEST(CsvTest, a_row_with_another_number_of_fields_is_named) {
    const auto rows = rows_from_csv("a,b\n1,2\n1\n");
    ASSERT_FALSE(rows);
    EXPECT_NE(rows.error().en.find("line 3"), std::string::npos);
}

}  // namespace
}  // namespace ropenet::cli
