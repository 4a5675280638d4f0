// The prover of `merkle` and this checker were written apart: each proof of one is given to the
// other, for every tree up to a size, and then broken.
#include "verify/inclusion.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/hash.hpp"
#include "merkle/testing/memory_hashes.hpp"

namespace ropenet::verify {
namespace {

constexpr std::uint64_t kSizeMax = 40;

struct InclusionTest : testing::Test {
    merkle::testing::MemoryHashes hashes;
    std::vector<Hash32> leaves;

    InclusionTest() {
        for (std::uint8_t i = 0; i < kSizeMax; ++i) {
            leaves.push_back(leaf_hash(Bytes{i}));
            hashes.append(leaves.back());
        }
    }

    Hash32 root(std::uint64_t size) const { return *merkle::root_at(hashes, size); }
    std::vector<Hash32> path(std::uint64_t index, std::uint64_t size) const {
        return *merkle::inclusion_proof(hashes, index, size);
    }
};

TEST_F(InclusionTest, hashes_as_rfc_6962_says) {
    // The root of the leaves "" and 0x00 in the test data of Certificate Transparency.
    const Hash32 empty = leaf_hash({});
    EXPECT_EQ(hex(empty), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    EXPECT_EQ(hex(node_hash(empty, leaf_hash(Bytes{0}))),
              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST_F(InclusionTest, every_leaf_of_every_tree_is_proved) {
    for (std::uint64_t size = 1; size <= kSizeMax; ++size) {
        for (std::uint64_t index = 0; index < size; ++index) {
            EXPECT_EQ(root_from_path(index, size, leaves[index], path(index, size)), root(size))
                << index << " of " << size;
        }
    }
}

TEST_F(InclusionTest, no_other_place_size_or_path_leads_to_the_root) {
    const auto leads = [this](std::uint64_t index, std::uint64_t size,
                              const std::vector<Hash32>& p) {
        return root_from_path(index, size, leaves[5], p) == root(21);
    };
    const std::vector<Hash32> right = path(5, 21);
    EXPECT_TRUE(leads(5, 21, right));
    for (std::uint64_t index = 0; index < 21; ++index) {
        EXPECT_EQ(leads(index, 21, right), index == 5) << index;
    }
    EXPECT_FALSE(leads(5, 5, right));
    EXPECT_FALSE(leads(5, 0, right));
    for (std::size_t i = 0; i < right.size(); ++i) {
        std::vector<Hash32> altered = right;
        altered[i][31] ^= 1;
        EXPECT_FALSE(leads(5, 21, altered));
    }
    std::vector<Hash32> longer = right;
    longer.push_back(right.back());
    EXPECT_FALSE(leads(5, 21, longer));
    EXPECT_FALSE(leads(5, 21, {right.begin(), right.end() - 1}));
}

TEST_F(InclusionTest, every_tree_extends_every_smaller_one) {
    for (std::uint64_t newer = 1; newer <= kSizeMax; ++newer) {
        for (std::uint64_t older = 1; older <= newer; ++older) {
            const auto proof = *merkle::consistency_proof(hashes, older, newer);
            EXPECT_TRUE(is_consistent({older, root(older)}, {newer, root(newer)}, proof))
                << older << " and " << newer;
        }
    }
    EXPECT_TRUE(is_consistent({0, crypto::sha256(BytesView{})}, {7, root(7)}, {}));
}

TEST_F(InclusionTest, no_altered_consistency_proof_is_taken) {
    for (const std::uint64_t older : {4U, 7U, 13U}) {
        const std::uint64_t newer = 21;
        const auto proof = *merkle::consistency_proof(hashes, older, newer);
        for (std::size_t i = 0; i < proof.size(); ++i) {
            auto altered = proof;
            altered[i][0] ^= 1;
            EXPECT_FALSE(is_consistent({older, root(older)}, {newer, root(newer)}, altered));
        }
        auto longer = proof;
        longer.push_back(proof.back());
        EXPECT_FALSE(is_consistent({older, root(older)}, {newer, root(newer)}, longer));
        EXPECT_FALSE(is_consistent({older, root(older)}, {newer, root(newer)}, {}));
        EXPECT_FALSE(is_consistent({older, root(older + 1)}, {newer, root(newer)}, proof));
        EXPECT_FALSE(is_consistent({newer, root(newer)}, {older, root(older)}, proof));
    }
    EXPECT_FALSE(is_consistent({7, root(7)}, {7, root(8)}, {}));
    EXPECT_FALSE(is_consistent({0, root(1)}, {7, root(7)}, {}));
}

}  // namespace
}  // namespace ropenet::verify
