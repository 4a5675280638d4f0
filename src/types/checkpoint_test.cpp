#include "types/checkpoint.hpp"

#include <gtest/gtest.h>

#include "types/limits.hpp"

namespace ropenet {
namespace {

const std::string kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const std::string kText = "dev.test/register\n20852163\n" + kRoot + "\n";

CheckpointError error_of(const std::string& text) {
    const auto checkpoint = checkpoint_from_text(text);
    EXPECT_FALSE(checkpoint) << text;
    return checkpoint ? CheckpointError::lines : checkpoint.error();
}

TEST(CheckpointTest, text_then_checkpoint_is_the_identity) {
    const auto checkpoint = checkpoint_from_text(kText);

    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->origin, "dev.test/register");
    EXPECT_EQ(checkpoint->size, 20852163U);
    EXPECT_EQ(text_from_checkpoint(*checkpoint), kText);
}

TEST(CheckpointTest, has_exactly_three_lines) {
    EXPECT_EQ(error_of(""), CheckpointError::lines);
    EXPECT_EQ(error_of("dev.test/register\n1\n" + kRoot), CheckpointError::lines);
    EXPECT_EQ(error_of(kText + "extension\n"), CheckpointError::lines);
    EXPECT_EQ(error_of(kText + "\n"), CheckpointError::lines);
}

TEST(CheckpointTest, refuses_other_spellings_of_a_line_by_name) {
    EXPECT_EQ(error_of("register\n1\n" + kRoot + "\n"), CheckpointError::origin);
    EXPECT_EQ(error_of("dev.test/register\n01\n" + kRoot + "\n"), CheckpointError::size);
    EXPECT_EQ(error_of("dev.test/register\n+1\n" + kRoot + "\n"), CheckpointError::size);
    EXPECT_EQ(error_of("dev.test/register\n\n" + kRoot + "\n"), CheckpointError::size);
    EXPECT_EQ(error_of("dev.test/register\n1\n" + kRoot.substr(1) + "\n"), CheckpointError::root);
    EXPECT_EQ(error_of("dev.test/register\n1\nAAAA\n"), CheckpointError::root);
}

TEST(CheckpointTest, sizes_end_below_two_to_the_53) {
    EXPECT_EQ(decimal_from_text("9007199254740991"), kIntegerMax);
    EXPECT_FALSE(decimal_from_text("9007199254740992"));
    EXPECT_FALSE(decimal_from_text("90071992547409910"));
    EXPECT_EQ(decimal_from_text("0"), 0U);
    EXPECT_FALSE(decimal_from_text("00"));
    EXPECT_FALSE(decimal_from_text("1 "));
}

}  // namespace
}  // namespace ropenet
