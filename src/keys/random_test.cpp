#include "keys/random.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace ropenet::keys {
namespace {

TEST(Random, gives_as_many_bytes_as_asked) {
    for (const std::size_t count : {0U, 1U, 32U, 4096U}) {
        const auto bytes = random_bytes(count);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(bytes->size(), count);
    }
}

TEST(Random, does_not_repeat_itself) {
    const auto a = random_nonce();
    const auto b = random_nonce();
    ASSERT_TRUE(a && b);
    EXPECT_NE(*a, *b);
}

TEST(Random, refuses_more_than_the_generator_can_count) {
    const auto bytes = random_bytes(std::numeric_limits<std::size_t>::max());
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace ropenet::keys
