#include "base/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ropenet {
namespace {

TEST(NearestTest, finds_a_word_three_letters_away_and_none_four_away) {
    const std::vector<std::string> known{"network", "ropes"};

    EXPECT_EQ(nearest_word("netwrok", known), "network");
    EXPECT_EQ(nearest_word("netw", known), "network");
    EXPECT_EQ(nearest_word("net", known), "");
    EXPECT_EQ(nearest_word("anything", {}), "");
}

}  // namespace
}  // namespace ropenet
