#include "merkle/log_tree.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "merkle/testing/memory_hashes.hpp"

namespace ropenet::merkle {
namespace {

using Leaves = std::span<const Hash32>;
using Hashes = std::vector<Hash32>;

// RFC 6962 section 2.1, written as it stands there, over leaf hashes.
std::size_t split_of(Leaves leaves) {
    std::size_t k = 1;
    while (2 * k < leaves.size()) {
        k *= 2;
    }
    return k;
}

Hash32 mth(Leaves d) {
    if (d.empty()) return empty_root();
    if (d.size() == 1) return d[0];
    const std::size_t k = split_of(d);
    return node_hash(mth(d.first(k)), mth(d.subspan(k)));
}

Hashes path(std::size_t m, Leaves d) {
    if (d.size() == 1) return {};
    const std::size_t k = split_of(d);
    Hashes out = m < k ? path(m, d.first(k)) : path(m - k, d.subspan(k));
    out.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
    return out;
}

Hashes subproof(std::size_t m, Leaves d, bool is_known) {
    if (m == d.size()) return is_known ? Hashes{} : Hashes{mth(d)};
    const std::size_t k = split_of(d);
    Hashes out = m <= k ? subproof(m, d.first(k), is_known) : subproof(m - k, d.subspan(k), false);
    out.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
    return out;
}

Hash32 numbered_leaf(std::size_t i) {
    return leaf_hash(view_of(std::to_string(i)));
}

struct LogTreeTest : ::testing::Test {
    static constexpr std::size_t kSize = 70;

    Hashes leaves;
    testing::MemoryHashes hashes;

    LogTreeTest() {
        for (std::size_t i = 0; i < kSize; ++i) {
            leaves.push_back(numbered_leaf(i));
            hashes.append(leaves.back());
        }
    }

    Leaves first(std::size_t count) const { return Leaves{leaves}.first(count); }
};

TEST(LogTreeVectorTest, has_the_roots_of_the_reference_log) {
    const std::array<std::string_view, 8> entries{"",
                                                  "00",
                                                  "10",
                                                  "2021",
                                                  "3031",
                                                  "40414243",
                                                  "5051525354555657",
                                                  "606162636465666768696a6b6c6d6e6f"};
    const std::array<std::string_view, 9> roots{
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Frontier frontier;
    testing::MemoryHashes hashes;
    for (std::size_t size = 0; size < roots.size(); ++size) {
        EXPECT_EQ(hex(frontier.root()), roots[size]);
        EXPECT_EQ(hex(*root_at(hashes, size)), roots[size]);
        if (size == entries.size()) break;
        const auto entry = bytes_from_hex(entries[size]);
        ASSERT_TRUE(entry);
        frontier.append(leaf_hash(*entry));
        hashes.append(leaf_hash(*entry));
    }
}

TEST_F(LogTreeTest, proves_every_leaf_of_every_size_as_the_rfc_does) {
    for (std::size_t size = 1; size <= kSize; ++size) {
        for (std::size_t leaf = 0; leaf < size; ++leaf) {
            const auto proof = inclusion_proof(hashes, leaf, size);
            ASSERT_TRUE(proof);
            ASSERT_EQ(*proof, path(leaf, first(size))) << leaf << " of " << size;
        }
    }
}

TEST_F(LogTreeTest, proves_every_growth_as_the_rfc_does) {
    for (std::size_t size = 1; size <= kSize; ++size) {
        for (std::size_t old = 1; old <= size; ++old) {
            const auto proof = consistency_proof(hashes, old, size);
            ASSERT_TRUE(proof);
            ASSERT_EQ(*proof, subproof(old, first(size), true)) << old << " to " << size;
        }
    }
}

TEST_F(LogTreeTest, needs_no_proof_that_a_log_extends_the_empty_one) {
    EXPECT_EQ(*consistency_proof(hashes, 0, 0), Hashes{});
    EXPECT_EQ(*consistency_proof(hashes, 0, 7), Hashes{});
}

TEST_F(LogTreeTest, refuses_a_leaf_or_size_outside_the_log) {
    EXPECT_EQ(inclusion_proof(hashes, 0, 0).error(), ProofError::range);
    EXPECT_EQ(inclusion_proof(hashes, 7, 7).error(), ProofError::range);
    EXPECT_EQ(inclusion_proof(hashes, 0, kLogSizeMax + 1).error(), ProofError::range);
    EXPECT_EQ(consistency_proof(hashes, 8, 7).error(), ProofError::range);
    EXPECT_EQ(root_at(hashes, kLogSizeMax + 1).error(), ProofError::range);
    EXPECT_EQ(frontier_at(hashes, kLogSizeMax + 1).error(), ProofError::range);
}

TEST_F(LogTreeTest, says_that_a_hash_is_missing_when_the_reader_is_too_short) {
    EXPECT_EQ(inclusion_proof(hashes, 0, kSize + 1).error(), ProofError::missing_hash);
    EXPECT_EQ(consistency_proof(hashes, 3, 128).error(), ProofError::missing_hash);
    EXPECT_EQ(root_at(hashes, kSize + 1).error(), ProofError::missing_hash);
    EXPECT_EQ(frontier_at(hashes, kSize + 1).error(), ProofError::missing_hash);
}

TEST_F(LogTreeTest, frontier_has_the_root_of_every_size_and_is_found_again_from_hashes) {
    Frontier frontier;
    for (std::size_t size = 0; size <= kSize; ++size) {
        EXPECT_EQ(frontier.size(), size);
        EXPECT_EQ(frontier.root(), mth(first(size)));
        EXPECT_EQ(*root_at(hashes, size), frontier.root());
        EXPECT_EQ(*frontier_at(hashes, size), frontier);
        EXPECT_EQ(*Frontier::decode(frontier.encode()), frontier);
        if (size < kSize) frontier.append(leaves[size]);
    }
}

TEST_F(LogTreeTest, appending_to_a_copy_leaves_the_frontier_as_it_was) {
    Frontier frontier;
    for (std::size_t i = 0; i < 7; ++i) {
        frontier.append(leaves[i]);
    }
    const Frontier before = frontier;

    Frontier tried = frontier;
    tried.append(leaves[7]);

    EXPECT_EQ(frontier, before);
    EXPECT_NE(tried.root(), frontier.root());
}

TEST_F(LogTreeTest, frontier_refuses_bytes_of_another_length_or_size) {
    Frontier frontier;
    for (std::size_t i = 0; i < 5; ++i) {
        frontier.append(leaves[i]);
    }
    const Bytes valid = frontier.encode();
    ASSERT_EQ(valid.size(), 8 + 2 * 32U);

    Bytes longer = valid;
    longer.push_back(0);
    Bytes another_size = valid;
    another_size[7] = 7;
    Bytes too_large = valid;
    too_large[1] = 0x20;

    EXPECT_EQ(Frontier::decode(BytesView{valid}.first(7)).error(), FrontierError::length);
    EXPECT_EQ(Frontier::decode(BytesView{valid}.first(valid.size() - 1)).error(),
              FrontierError::length);
    EXPECT_EQ(Frontier::decode(longer).error(), FrontierError::length);
    EXPECT_EQ(Frontier::decode(another_size).error(), FrontierError::length);
    EXPECT_EQ(Frontier::decode(too_large).error(), FrontierError::size);
}

}  // namespace
}  // namespace ropenet::merkle
