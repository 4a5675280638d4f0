#include "types/names.hpp"

#include <gtest/gtest.h>

#include "types/limits.hpp"

namespace ropenet {
namespace {

TEST(NamesTest, origin_takes_63_characters_a_part_and_not_one_more) {
    const std::string longest(kOriginPartBytesMax, 'a');

    EXPECT_TRUE(is_origin(longest + "/" + longest));
    EXPECT_FALSE(is_origin(longest + "a/" + longest));
    EXPECT_FALSE(is_origin(longest + "/" + longest + "a"));
}

TEST(NamesTest, origin_refuses_each_broken_form) {
    EXPECT_TRUE(is_origin("dev.guiyang/register"));
    for (const auto* text :
         {"", "/", "a", "a/", "/b", "A/b", "a/b/c", "a b/c", ".a/b", "-a/b", "a/é"}) {
        EXPECT_FALSE(is_origin(text)) << text;
    }
}

TEST(NamesTest, demo_origin_is_known_by_its_first_part) {
    EXPECT_TRUE(is_demo_origin("dev.local/register"));
    EXPECT_FALSE(is_demo_origin("guiyang/dev.register"));
}

TEST(NamesTest, contract_id_takes_2_to_32_characters_and_native_ones_a_prefix) {
    EXPECT_FALSE(is_contract_id("a"));
    EXPECT_TRUE(is_contract_id("ab"));
    EXPECT_TRUE(is_contract_id(std::string(kContractIdBytesMax, 'a')));
    EXPECT_FALSE(is_contract_id(std::string(kContractIdBytesMax + 1, 'a')));
    EXPECT_TRUE(is_contract_id("system.evidence"));
    EXPECT_FALSE(is_contract_id("system."));
    EXPECT_FALSE(is_contract_id("other.evidence"));
    EXPECT_FALSE(is_contract_id("1a"));
}

TEST(NamesTest, account_id_round_trips_and_refuses_other_spellings) {
    const std::string text = "a00112233445566778899aabbccddeeff";
    const auto id = account_id_from_text(text);

    ASSERT_TRUE(id);
    EXPECT_EQ(id->text(), text);
    EXPECT_FALSE(account_id_from_text("b00112233445566778899aabbccddeeff"));
    EXPECT_FALSE(account_id_from_text("a00112233445566778899AABBCCDDEEFF"));
    EXPECT_FALSE(account_id_from_text(text + "0"));
    EXPECT_FALSE(account_id_from_text(""));
}

}  // namespace
}  // namespace ropenet
