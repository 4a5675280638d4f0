#include "merkle/ics23.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "crypto/hash.hpp"
#include "merkle/testing/memory_leaves.hpp"
#include "merkle/testing/naive_state_tree.hpp"

namespace ropenet::merkle {
namespace {

// A protobuf message as its fields in the order they stand; fails the test on what is none.
using Fields = std::vector<std::pair<unsigned, Bytes>>;

std::size_t take_varint(BytesView& rest) {
    std::size_t value = 0;
    for (unsigned shift = 0; !rest.empty(); shift += 7) {
        const std::uint8_t byte = rest[0];
        rest = rest.subspan(1);
        value |= static_cast<std::size_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    ADD_FAILURE() << "the message ends within a number";
    return 0;
}

Fields fields_of(BytesView message) {
    Fields out;
    while (!message.empty()) {
        const auto tag = static_cast<unsigned>(take_varint(message));
        const std::size_t number = take_varint(message);
        if (tag % 8 == 0) {
            out.push_back({tag / 8, {static_cast<std::uint8_t>(number)}});
            continue;
        }
        if (tag % 8 != 2 || number > message.size()) {
            ADD_FAILURE() << "not a field";
            return out;
        }
        out.push_back({tag / 8, to_bytes(message.first(number))});
        message = message.subspan(number);
    }
    return out;
}

struct Existence {
    Hash32 key{};
    Hash32 value{};
    Hash32 root{};
};

Bytes op_result(BytesView op, const Hash32& below) {
    const Fields fields = fields_of(op);
    EXPECT_GE(fields.size(), 2U);
    EXPECT_EQ(fields[0], (std::pair<unsigned, Bytes>{1, {1}}));
    EXPECT_EQ(fields[1].first, 2U);
    Bytes preimage = fields[1].second;
    const bool has_left = preimage.size() == 48;
    EXPECT_TRUE(has_left || preimage.size() == 16);
    EXPECT_EQ(text_of(preimage).substr(0, 16), "JMT::IntrnalNode");
    EXPECT_EQ(fields.size(), has_left ? 2U : 3U);
    append(preimage, below);
    if (!has_left) {
        EXPECT_EQ(fields[2].first, 3U);
        EXPECT_EQ(fields[2].second.size(), 32U);
        append(preimage, fields[2].second);
    }
    return preimage;
}

/// Reads an ExistenceProof and computes the root it leads to.
Existence checked_existence(BytesView proof) {
    const Fields fields = fields_of(proof);
    EXPECT_GE(fields.size(), 3U);
    for (unsigned i = 0; i < fields.size(); ++i) {
        EXPECT_EQ(fields[i].first, std::min(i + 1, 4U));
    }
    const Fields leaf{{1, {1}}, {2, {1}}, {3, {1}}, {5, to_bytes("JMT::LeafNode")}};
    EXPECT_EQ(fields_of(fields[2].second), leaf);
    Existence out;
    out.key = hash32_from(fields[0].second).value();
    out.value = hash32_from(fields[1].second).value();
    out.root = crypto::sha256({view_of("JMT::LeafNode"), BytesView{crypto::sha256(out.key)},
                               BytesView{crypto::sha256(out.value)}});
    for (std::size_t i = 3; i < fields.size(); ++i) {
        out.root = crypto::sha256(op_result(fields[i].second, out.root));
    }
    return out;
}

Hash32 key(std::uint64_t i) {
    return crypto::sha256(view_of("key" + std::to_string(i)));
}

Hash32 value(std::uint64_t i) {
    return crypto::sha256(view_of("value" + std::to_string(i)));
}

struct Ics23Test : ::testing::Test {
    testing::MemoryLeaves leaves;
    StateTree tree;
    testing::NaiveStateTree naive;
    Hash32 root{};

    void make_tree(std::uint64_t count) {
        std::map<Hash32, Hash32> pairs;
        for (std::uint64_t i = 0; i < count; ++i) {
            pairs[key(i)] = value(i);
            naive.set(key(i), value(i));
        }
        std::vector<TreeChange> changes;
        for (const auto& [k, v] : pairs) {
            changes.push_back({.key = k, .value = v});
        }
        const auto made = StateTree{}.updated(leaves, 5, changes);
        ASSERT_TRUE(made);
        leaves.apply(*made);
        tree = made->tree;
        root = tree.root();
    }

    void expect_present(std::uint64_t i) const {
        const auto proof = prove(tree, leaves, key(i));
        ASSERT_TRUE(proof);
        const Fields fields = fields_of(*proof);
        ASSERT_EQ(fields.size(), 1U);
        ASSERT_EQ(fields[0].first, 1U);
        const Existence leaf = checked_existence(fields[0].second);
        EXPECT_EQ(leaf.key, key(i));
        EXPECT_EQ(leaf.value, value(i));
        EXPECT_EQ(leaf.root, root);
    }

    void expect_absent(std::uint64_t i) const {
        const auto proof = prove(tree, leaves, key(i));
        ASSERT_TRUE(proof);
        const Fields outer = fields_of(*proof);
        ASSERT_EQ(outer.size(), 1U);
        ASSERT_EQ(outer[0].first, 2U);
        std::map<unsigned, Bytes> fields;
        for (const auto& [number, content] : fields_of(outer[0].second)) {
            fields[number] = content;
        }
        EXPECT_EQ(hash32_from(fields[1]), key(i));
        const auto [left, right] = naive.neighbours(key(i));
        expect_neighbour(fields, 2, left);
        expect_neighbour(fields, 3, right);
    }

    void expect_neighbour(std::map<unsigned, Bytes>& fields, unsigned number,
                          const std::optional<Hash32>& expected) const {
        ASSERT_EQ(fields.contains(number), expected.has_value());
        if (!expected) return;
        const Existence leaf = checked_existence(fields[number]);
        EXPECT_EQ(leaf.key, *expected);
        EXPECT_EQ(leaf.root, root);
    }
};

TEST_F(Ics23Test, proves_each_key_present_and_others_absent_in_trees_of_many_sizes) {
    for (const std::uint64_t count : {1U, 2U, 3U, 17U, 1000U}) {
        leaves = {};
        naive = {};
        make_tree(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            expect_present(i);
        }
        for (std::uint64_t i = count; i < count + 300; ++i) {
            expect_absent(i);
        }
    }
}

TEST_F(Ics23Test, proves_absence_beyond_the_outermost_leaves) {
    make_tree(3);
    bool beyond_left = false;
    bool beyond_right = false;
    for (std::uint64_t i = 3; i < 1000; ++i) {
        const auto [left, right] = naive.neighbours(key(i));
        if (left && right) continue;
        beyond_left = beyond_left || !left;
        beyond_right = beyond_right || !right;
        expect_absent(i);
    }
    EXPECT_TRUE(beyond_left && beyond_right);
}

TEST_F(Ics23Test, makes_the_bytes_that_the_format_fixes) {
    make_tree(1);

    const auto proof = prove(tree, leaves, key(0));

    ASSERT_TRUE(proof);
    EXPECT_EQ(hex(*proof), "0a5b0a20" + hex(key(0)) + "1220" + hex(value(0)) + "1a15080110011801" +
                               "2a0d" + hex(view_of("JMT::LeafNode")));
}

TEST_F(Ics23Test, has_nothing_to_prove_absence_with_in_an_empty_tree) {
    EXPECT_EQ(prove(tree, leaves, key(0)).error().code, ErrorCode::not_found);
}

TEST_F(Ics23Test, proves_the_same_from_parts_that_are_not_in_memory) {
    make_tree(1000);
    const Bytes present = *prove(tree, leaves, key(7));
    const Bytes absent = *prove(tree, leaves, key(5000));
    tree = tree.forget_older(100);
    ASSERT_LT(tree.loaded(), 500U);

    EXPECT_EQ(*prove(tree, leaves, key(7)), present);
    EXPECT_EQ(*prove(tree, leaves, key(5000)), absent);
}

TEST_F(Ics23Test, refuses_a_stored_leaf_that_is_not_the_tree_s) {
    make_tree(17);
    for (auto& [position, leaf] : leaves.leaves)
        leaf.value[3] ^= 1;

    EXPECT_EQ(prove(tree, leaves, key(0)).error().code, ErrorCode::corrupt);
    EXPECT_EQ(prove(tree, leaves, key(5000)).error().code, ErrorCode::corrupt);
}

TEST_F(Ics23Test, refuses_a_stored_leaf_whose_key_belongs_elsewhere) {
    make_tree(17);
    for (auto& [position, leaf] : leaves.leaves)
        leaf.key[3] ^= 1;

    EXPECT_EQ(prove(tree, leaves, key(0)).error().code, ErrorCode::corrupt);
}

TEST_F(Ics23Test, misses_a_leaf_that_is_not_stored) {
    make_tree(17);
    leaves.leaves.clear();

    EXPECT_EQ(prove(tree, leaves, key(0)).error().code, ErrorCode::corrupt);
}

TEST_F(Ics23Test, reports_the_storage_error) {
    make_tree(17);
    leaves.failure = Error{.code = ErrorCode::io, .what = "disk"};

    EXPECT_EQ(prove(tree, leaves, key(0)).error().code, ErrorCode::io);
}

}  // namespace
}  // namespace ropenet::merkle
