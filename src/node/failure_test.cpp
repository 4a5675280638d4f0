#include "node/failure.hpp"

#include <gtest/gtest.h>

namespace ropenet::node {
namespace {

TEST(Failure, nothing_has_failed_at_first) {
    const Failure failure;
    EXPECT_FALSE(failure.failed());
    EXPECT_FALSE(failure.first());
}

TEST(Failure, the_first_error_is_kept_and_reported_once) {
    Failure failure;
    EXPECT_TRUE(failure.set({.code = ErrorCode::io, .what = "the disk"}));
    EXPECT_FALSE(failure.set({.code = ErrorCode::corrupt, .what = "what follows"}));
    EXPECT_TRUE(failure.failed());
    ASSERT_TRUE(failure.first());
    EXPECT_EQ(failure.first()->what, "the disk");
}

}  // namespace
}  // namespace ropenet::node
