#include "admission/key_cache.hpp"

#include <gtest/gtest.h>

#include "keys/testing/fixed_signer.hpp"

namespace ropenet::admission {
namespace {

crypto::PublicKey key(std::uint8_t number) {
    return keys::testing::fixed_signer(crypto::Alg::ed25519, number)->public_key();
}

TEST(KeyCache, finds_what_was_put_by_its_kid) {
    KeyCache cache{2};
    cache.put(key(1));
    cache.put(key(1));

    EXPECT_EQ(cache.find(key(1).kid()), key(1));
    EXPECT_EQ(cache.find(key(2).kid()), std::nullopt);
    EXPECT_EQ(cache.size(), 1U);
}

TEST(KeyCache, holds_its_limit_and_forgets_the_first_for_one_more) {
    KeyCache cache{2};
    cache.put(key(1));
    cache.put(key(2));
    ASSERT_TRUE(cache.find(key(1).kid()));

    cache.put(key(3));
    EXPECT_FALSE(cache.find(key(1).kid()));
    EXPECT_TRUE(cache.find(key(2).kid()));
    EXPECT_TRUE(cache.find(key(3).kid()));
    EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace ropenet::admission
