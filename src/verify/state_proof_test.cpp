// State proofs made by `merkle` are taken; altered ones, and true ones for other claims, are not.
#include "verify/state_proof.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/hash.hpp"
#include "merkle/ics23.hpp"
#include "merkle/state_tree.hpp"
#include "merkle/testing/memory_leaves.hpp"

namespace ropenet::verify {
namespace {

// A tree of `count` entries named by number; value = "v" and the name.
struct Tree {
    merkle::testing::MemoryLeaves leaves;
    merkle::StateTree state;
    Hash32 root{};

    explicit Tree(int count) {
        std::vector<merkle::TreeChange> changes;
        for (int i = 0; i < count; ++i) {
            const std::string name = std::to_string(i);
            changes.push_back({.key = crypto::sha256(view_of(name)),
                               .value = crypto::sha256(view_of("v" + name))});
        }
        std::ranges::sort(changes, {}, &merkle::TreeChange::key);
        const auto update = merkle::StateTree{}.updated(leaves, 1, changes);
        EXPECT_TRUE(update);
        leaves.apply(*update);
        state = update->tree;
        root = state.root();
    }

    Bytes proof(const std::string& name) const {
        auto made = merkle::prove(state, leaves, crypto::sha256(view_of(name)));
        EXPECT_TRUE(made);
        return *std::move(made);
    }
};

std::string result_of(BytesView proof, const std::string& name,
                      const std::optional<std::string>& value, const Hash32& root) {
    StateClaim claim{.key = view_of(name), .value = std::nullopt};
    if (value) claim.value = view_of(*value);
    const auto checked = verify_state_proof(proof, claim, root);
    if (checked) return "ok";
    const char* const names[] = {"malformed", "spec",     "kind",       "key",
                                 "value",     "position", "neighbours", "root"};
    return names[static_cast<std::size_t>(checked.error())];
}

TEST(StateProofTest, every_entry_is_present_and_others_are_absent) {
    for (const int count : {1, 2, 3, 7, 40, 300}) {
        const Tree tree{count};
        for (int i = 0; i < count; ++i) {
            const std::string name = std::to_string(i);
            EXPECT_EQ(result_of(tree.proof(name), name, "v" + name, tree.root), "ok");
        }
        for (int i = 0; i < 60; ++i) {
            const std::string name = "absent " + std::to_string(i);
            EXPECT_EQ(result_of(tree.proof(name), name, std::nullopt, tree.root), "ok")
                << name << " in " << count;
        }
    }
}

TEST(StateProofTest, a_true_proof_proves_no_other_claim) {
    const Tree tree{40};
    const Tree other{41};
    const Bytes present = tree.proof("7");
    const Bytes absent = tree.proof("nobody");

    EXPECT_EQ(result_of(present, "8", "v8", tree.root), "key");
    EXPECT_EQ(result_of(present, "7", "v8", tree.root), "value");
    EXPECT_EQ(result_of(present, "7", std::nullopt, tree.root), "kind");
    EXPECT_EQ(result_of(present, "7", "v7", other.root), "root");
    EXPECT_EQ(result_of(absent, "someone", std::nullopt, tree.root), "key");
    EXPECT_EQ(result_of(absent, "nobody", "vnobody", tree.root), "kind");
    EXPECT_EQ(result_of(absent, "nobody", std::nullopt, other.root), "root");
}

TEST(StateProofTest, no_bit_of_a_proof_may_change) {
    const Tree tree{40};
    for (const bool is_present : {true, false}) {
        const std::string name = is_present ? "7" : "nobody";
        const std::optional<std::string> value =
            is_present ? std::optional<std::string>{"v7"} : std::nullopt;
        const Bytes proof = tree.proof(name);
        for (std::size_t bit = 0; bit < proof.size() * 8; ++bit) {
            Bytes altered = proof;
            altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            EXPECT_NE(result_of(altered, name, value, tree.root), "ok") << bit;
        }
        EXPECT_EQ(result_of(BytesView{proof}.first(proof.size() - 1), name, value, tree.root),
                  "malformed");
        Bytes longer = proof;
        longer.push_back(0);
        EXPECT_EQ(result_of(longer, name, value, tree.root), "malformed");
    }
    EXPECT_EQ(result_of({}, "7", "v7", tree.root), "malformed");
}

/// Length-delimited field of protobuf.
Bytes field(std::uint8_t number, BytesView content) {
    Bytes out{static_cast<std::uint8_t>(number << 3 | 2)};
    std::size_t length = content.size();
    for (; length > 0x7F; length >>= 7)
        out.push_back(static_cast<std::uint8_t>(length | 0x80));
    out.push_back(static_cast<std::uint8_t>(length));
    append(out, content);
    return out;
}

/// The content of the one field that a message of `merkle` wraps.
BytesView unwrapped(BytesView message) {
    std::size_t at = 1;
    while ((message[at] & 0x80) != 0)
        ++at;
    return message.subspan(at + 1);
}

// Neighbours are found by position: the names of the tree in that order.
std::vector<std::string> names_by_position(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
        names.push_back(std::to_string(i));
    std::ranges::sort(names, {}, [](const std::string& name) {
        return crypto::sha256(crypto::sha256(view_of(name)));
    });
    return names;
}

Bytes absence(const Tree& tree, const std::string& name, const std::string& left,
              const std::string& right) {
    Bytes inner = field(1, crypto::sha256(view_of(name)));
    if (!left.empty()) append(inner, field(2, unwrapped(tree.proof(left))));
    if (!right.empty()) append(inner, field(3, unwrapped(tree.proof(right))));
    return field(2, inner);
}

TEST(StateProofTest, the_nearest_leaves_enclose_a_key_and_no_others) {
    const Tree tree{40};
    const std::vector<std::string> names = names_by_position(40);
    const std::string middle = names[20];

    const auto result = [&](const std::string& name, const std::string& left,
                            const std::string& right) {
        return result_of(absence(tree, name, left, right), name, std::nullopt, tree.root);
    };
    // A key that is there lies between no two neighbours.
    EXPECT_EQ(result(middle, names[19], names[21]), "neighbours");
    EXPECT_EQ(result(middle, names[19], middle), "neighbours");
    EXPECT_EQ(result(middle, middle, names[21]), "neighbours");
    EXPECT_EQ(result(middle, names[0], ""), "neighbours");
    EXPECT_EQ(result(middle, "", names[39]), "neighbours");
    EXPECT_EQ(result(middle, "", ""), "neighbours");
    // Nor does an absent one, but for the two next to it.
    const std::string absent = "nobody";
    const auto position = [](const std::string& name) {
        return crypto::sha256(crypto::sha256(view_of(name)));
    };
    const auto after = std::ranges::upper_bound(names, position(absent), {}, position);
    const auto at = static_cast<std::size_t>(after - names.begin());
    ASSERT_GT(at, 1U);
    ASSERT_LT(at + 1, names.size());
    EXPECT_EQ(result(absent, names[at - 1], names[at]), "ok");
    EXPECT_EQ(result(absent, names[at - 2], names[at]), "neighbours");
    EXPECT_EQ(result(absent, names[at - 1], names[at + 1]), "neighbours");
    EXPECT_EQ(result(absent, names[at - 1], ""), "neighbours");
    EXPECT_EQ(result(absent, "", names[at]), "neighbours");
    EXPECT_EQ(result(absent, names[at], names[at - 1]), "neighbours");
}

TEST(StateProofTest, refuses_lengths_that_are_not_shortest_and_unknown_fields) {
    const Tree tree{40};
    const Bytes proof = tree.proof("7");
    const BytesView content = unwrapped(proof);
    Bytes padded{0x0A};
    const std::size_t length = content.size();
    padded.push_back(static_cast<std::uint8_t>(length | 0x80));
    padded.push_back(static_cast<std::uint8_t>((length >> 7) | 0x80));
    padded.push_back(0);
    append(padded, content);
    EXPECT_EQ(result_of(padded, "7", "v7", tree.root), "malformed");

    Bytes with_more = to_bytes(content);
    append(with_more, field(5, {}));
    EXPECT_EQ(result_of(field(1, with_more), "7", "v7", tree.root), "malformed");
    EXPECT_EQ(result_of(field(3, content), "7", "v7", tree.root), "malformed");
}

}  // namespace
}  // namespace ropenet::verify
