#include "merkle/node_cache.hpp"

#include <gtest/gtest.h>

#include "merkle/testing/memory_nodes.hpp"

namespace ropenet::merkle {
namespace {

struct NodeCacheTest : ::testing::Test {
    static constexpr std::size_t kMax = 8;

    testing::MemoryNodes nodes;
    NodeCache cache{nodes, kMax};

    static Bytes node_key(std::uint8_t i) { return {0, i}; }

    NodeCacheTest() {
        for (std::uint8_t i = 0; i < 100; ++i) {
            nodes.nodes[node_key(i)] = {i, i, i};
        }
    }
};

TEST_F(NodeCacheTest, answers_again_without_asking) {
    ASSERT_EQ(*cache.find_node(node_key(1)), (Bytes{1, 1, 1}));
    nodes.failure = Error{.code = ErrorCode::io, .what = "asked"};

    EXPECT_EQ(*cache.find_node(node_key(1)), (Bytes{1, 1, 1}));
    EXPECT_EQ(cache.find_node(node_key(2)).error().code, ErrorCode::io);
}

TEST_F(NodeCacheTest, remembers_new_nodes_but_not_that_one_is_absent) {
    EXPECT_EQ(*cache.find_node(node_key(200)), std::nullopt);

    cache.remember({.root = {}, .new_nodes = {{node_key(200), {7}}}, .stale_nodes = {}});

    EXPECT_EQ(*cache.find_node(node_key(200)), Bytes{7});
}

TEST_F(NodeCacheTest, never_holds_more_than_its_limit_and_keeps_what_is_used) {
    ASSERT_TRUE(cache.find_node(node_key(0)));
    for (std::uint8_t i = 1; i < 100; ++i) {
        ASSERT_EQ(*cache.find_node(node_key(i)), (Bytes{i, i, i}));
        ASSERT_TRUE(cache.find_node(node_key(0)));
        ASSERT_LE(cache.node_count(), kMax);
    }
    nodes.failure = Error{.code = ErrorCode::io, .what = "asked"};

    EXPECT_TRUE(cache.find_node(node_key(0)));
    EXPECT_TRUE(cache.find_node(node_key(99)));
    EXPECT_FALSE(cache.find_node(node_key(1)));
}

}  // namespace
}  // namespace ropenet::merkle
