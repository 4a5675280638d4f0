#include "merkle/state_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "crypto/hash.hpp"
#include "merkle/testing/memory_nodes.hpp"
#include "merkle/testing/naive_state_tree.hpp"

namespace ropenet::merkle {
namespace {

using testing::MemoryNodes;
using testing::NaiveStateTree;

Hash32 numbered(std::string_view what, std::uint64_t i) {
    return crypto::sha256(view_of(std::string{what} + std::to_string(i)));
}

Hash32 key(std::uint64_t i) {
    return numbered("key", i);
}

Hash32 value(std::uint64_t i) {
    return numbered("value", i);
}

using ChangeMap = std::map<Hash32, std::optional<Hash32>>;

std::vector<TreeChange> in_order(const ChangeMap& changes) {
    std::vector<TreeChange> out;
    for (const auto& [k, v] : changes) {
        out.push_back({.key = k, .value = v});
    }
    return out;
}

/// A tree whose versions are stored, and what its root should be.
struct StateTreeTest : ::testing::Test {
    MemoryNodes nodes;
    std::optional<std::uint64_t> version;
    NaiveStateTree naive;

    TreeUpdate commit(const ChangeMap& changes) {
        const std::uint64_t next = version.value_or(0) + 3;
        auto result = update(nodes, version, next, in_order(changes));
        EXPECT_TRUE(result);
        if (!result) return {};
        nodes.apply(*result);
        version = next;
        for (const auto& [k, v] : changes) {
            if (v) {
                naive.set(k, *v);
            } else {
                naive.erase(k);
            }
        }
        return *std::move(result);
    }

    Hash32 root() const { return *root_of(nodes, *version); }
};

TEST_F(StateTreeTest, of_nothing_has_the_placeholder_as_root) {
    const auto same = update(nodes, std::nullopt, 1, {});

    ASSERT_TRUE(same);
    EXPECT_EQ(text_of(same->root), "SPARSE_MERKLE_PLACEHOLDER_HASH__");
    EXPECT_TRUE(same->new_nodes.empty());
    EXPECT_EQ(root_of(nodes, 1).error().code, ErrorCode::not_found);
}

TEST_F(StateTreeTest, of_one_pair_is_that_leaf) {
    const TreeUpdate update = commit({{key(1), value(1)}});

    const Hash32 leaf = crypto::sha256({view_of("JMT::LeafNode"), BytesView{crypto::sha256(key(1))},
                                        BytesView{crypto::sha256(value(1))}});
    EXPECT_EQ(update.root, leaf);
    EXPECT_EQ(root(), leaf);
    EXPECT_EQ(*find_value(nodes, *version, key(1)), value(1));
    EXPECT_EQ(*find_value(nodes, *version, key(2)), std::nullopt);
}

TEST_F(StateTreeTest, keeps_its_root_without_changes) {
    commit({{key(1), value(1)}, {key(2), value(2)}});

    const auto same = update(nodes, version, 100, {});

    ASSERT_TRUE(same);
    EXPECT_EQ(same->root, root());
    EXPECT_TRUE(same->new_nodes.empty());
    EXPECT_TRUE(same->stale_nodes.empty());
}

TEST_F(StateTreeTest, stores_only_a_root_when_changes_change_nothing) {
    for (std::uint64_t i = 0; i < 200; ++i) {
        commit({{key(i), value(i)}});
    }
    const Hash32 before = root();

    const TreeUpdate update =
        commit({{key(7), value(7)}, {key(9), value(9)}, {key(1000), std::nullopt}});

    EXPECT_EQ(update.root, before);
    EXPECT_EQ(update.new_nodes.size(), 1U);
    EXPECT_EQ(update.stale_nodes.size(), 1U);
}

TEST_F(StateTreeTest, has_the_defined_root_after_any_inserts_updates_and_deletes) {
    std::mt19937_64 random{20170328};
    for (int round = 0; round < 120; ++round) {
        ChangeMap changes;
        const std::uint64_t count = random() % (round % 10 == 0 ? 80 : 6) + 1;
        for (std::uint64_t i = 0; i < count; ++i) {
            const Hash32 k = key(random() % 150);
            changes[k] = random() % 3 == 0 ? std::nullopt : std::optional{value(random() % 5)};
        }
        const TreeUpdate update = commit(changes);
        ASSERT_EQ(update.root, naive.root()) << round;
        ASSERT_EQ(root(), naive.root());
    }
}

TEST_F(StateTreeTest, has_a_root_that_does_not_tell_order_or_history) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 300; ++i) {
        all[key(i)] = value(i);
    }
    const Hash32 at_once = update(nodes, std::nullopt, 1, in_order(all))->root;

    for (std::uint64_t i = 300; i > 0; --i) {
        commit({{key(i - 1), value(i)}, {key(1000 + i), value(i)}});
    }
    for (std::uint64_t i = 1; i <= 300; ++i) {
        commit({{key(i - 1), value(i - 1)}, {key(1000 + i), std::nullopt}});
    }

    EXPECT_EQ(root(), at_once);
}

TEST_F(StateTreeTest, is_empty_again_when_all_is_deleted) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 50; ++i) {
        all[key(i)] = value(i);
    }
    commit(all);
    for (auto& [k, v] : all) {
        v = std::nullopt;
    }
    commit(all);

    EXPECT_EQ(root(), empty_state_root());
    commit({{key(3), value(3)}});
    EXPECT_EQ(root(), naive.root());
}

TEST_F(StateTreeTest, keeps_every_version_readable_until_it_is_pruned) {
    std::mt19937_64 random{7};
    std::map<std::uint64_t, Hash32> roots;
    std::vector<TreeUpdate> updates;
    for (int round = 0; round < 40; ++round) {
        ChangeMap changes;
        for (int i = 0; i < 8; ++i) {
            changes[key(random() % 100)] =
                random() % 4 == 0 ? std::nullopt : std::optional{value(random())};
        }
        updates.push_back(commit(changes));
        roots[*version] = updates.back().root;
    }
    for (const auto& [at, expected] : roots) {
        EXPECT_EQ(*root_of(nodes, at), expected);
    }

    // What became stale at each update up to the newest may go once only the newest is needed.
    for (const TreeUpdate& update : updates) {
        nodes.prune(update);
    }
    EXPECT_EQ(root_of(nodes, roots.begin()->first).error().code, ErrorCode::not_found);
    EXPECT_EQ(root(), naive.root());
    commit({{key(3), value(77)}, {key(5), std::nullopt}});
    EXPECT_EQ(root(), naive.root());
}

TEST_F(StateTreeTest, leaves_nothing_behind_but_the_newest_tree_after_pruning) {
    MemoryNodes fresh;
    ChangeMap all;
    for (std::uint64_t i = 0; i < 120; ++i) {
        all[key(i)] = value(i);
        nodes.prune(commit({{key(i), value(i)}, {key(i + 500), value(i)}}));
    }
    for (std::uint64_t i = 0; i < 120; ++i) {
        nodes.prune(commit({{key(i + 500), std::nullopt}}));
    }
    fresh.apply(*update(fresh, std::nullopt, 1, in_order(all)));

    EXPECT_EQ(nodes.nodes.size(), fresh.nodes.size());
}

TEST_F(StateTreeTest, reports_the_storage_error_and_names_missing_and_damaged_nodes) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 100; ++i) {
        all[key(i)] = value(i);
    }
    commit(all);
    const std::vector<TreeChange> change = in_order({{key(5), value(6)}});
    const auto code = [&] { return update(nodes, version, 100, change).error().code; };

    nodes.failure = Error{.code = ErrorCode::io, .what = "disk"};
    EXPECT_EQ(code(), ErrorCode::io);
    nodes.failure.reset();

    const auto whole = nodes.nodes;
    for (auto& [node_key, node] : nodes.nodes) {
        if (node_key.size() > 9) node.pop_back();
    }
    EXPECT_EQ(code(), ErrorCode::corrupt);
    nodes.nodes = whole;
    std::erase_if(nodes.nodes, [](const auto& node) { return node.first.size() > 9; });
    EXPECT_EQ(code(), ErrorCode::corrupt);
    nodes.nodes.clear();
    EXPECT_EQ(code(), ErrorCode::not_found);
}

TEST_F(StateTreeTest, never_stops_on_damaged_node_bytes) {
    ChangeMap all;
    for (std::uint64_t i = 0; i < 60; ++i) {
        all[key(i)] = value(i);
    }
    commit(all);
    std::mt19937_64 random{11};
    const auto whole = nodes.nodes;
    for (int round = 0; round < 500; ++round) {
        nodes.nodes = whole;
        for (auto& [node_key, node] : nodes.nodes) {
            node[random() % std::min<std::size_t>(node.size(), 40)] ^=
                static_cast<std::uint8_t>(1U << random() % 8);
        }
        const std::vector<TreeChange> change =
            in_order({{key(random() % 60), value(1)}, {key(random() % 90), std::nullopt}});
        const auto result = update(nodes, version, 100, change);
        EXPECT_TRUE(result || result.error().code == ErrorCode::corrupt);
    }
}

TEST_F(StateTreeTest, names_the_version_in_every_node_key) {
    const TreeUpdate update = commit({{key(1), value(1)}, {key(2), value(2)}});
    for (const auto& [node_key, node] : update.new_nodes) {
        EXPECT_EQ(version_of_node_key(node_key), *version);
    }
    EXPECT_EQ(version_of_node_key(Bytes(8, 0)), std::nullopt);
    EXPECT_EQ(version_of_node_key(Bytes(9, 0)), 0U);
    EXPECT_EQ(version_of_node_key(Bytes(10, 0)), std::nullopt);
}

}  // namespace
}  // namespace ropenet::merkle
