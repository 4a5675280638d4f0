// Goal: the eight-lane library gives OpenSSL's verdicts and is opened only where it may run.
// Method: the edges of the rule and drawn batches through both; machines that lack one thing each.
#include "node/fast_verification.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/testing/split_mix.hpp"
#include "crypto/testing/ed25519_edges.hpp"
#include "crypto/verify.hpp"
#include "keys/key_file.hpp"

namespace ropenet::node {
namespace {

using crypto::PublicKey;
using crypto::VerifyItem;
using crypto::testing::Ed25519Edge;
using vectors::SplitMix;

const std::string kLibrary = (std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                              "../lib/ropenet/libropenet_verify_simd.so")
                                 .string();

CpuWords able_cpu() {
    return {.leaf1_ecx = (1U << 12) | (1U << 27) | (1U << 28) | (1U << 29),
            .leaf7_ebx = (1U << 5) | (1U << 16) | (1U << 17) | (1U << 21) | (1U << 30),
            .xcr0 = 0xe7};
}

TEST(FastVerification, names_what_a_machine_lacks) {
    EXPECT_EQ(missing_for_lanes(able_cpu()), "");
    const auto without = [](std::uint32_t CpuWords::* word, unsigned bit) {
        CpuWords cpu = able_cpu();
        cpu.*word &= ~(1U << bit);
        return missing_for_lanes(cpu);
    };
    EXPECT_EQ(without(&CpuWords::leaf1_ecx, 12), "fma");
    EXPECT_EQ(without(&CpuWords::leaf1_ecx, 28), "avx");
    EXPECT_EQ(without(&CpuWords::leaf1_ecx, 29), "f16c");
    EXPECT_EQ(without(&CpuWords::leaf7_ebx, 5), "avx2");
    EXPECT_EQ(without(&CpuWords::leaf7_ebx, 16), "avx512f");
    EXPECT_EQ(without(&CpuWords::leaf7_ebx, 17), "avx512dq");
    EXPECT_EQ(without(&CpuWords::leaf7_ebx, 21), "avx512ifma");
    EXPECT_EQ(without(&CpuWords::leaf7_ebx, 30), "avx512bw");
    EXPECT_NE(without(&CpuWords::leaf1_ecx, 27), "");
}

TEST(FastVerification, wants_the_operating_system_to_save_each_part_of_the_registers) {
    for (const unsigned bit : {1U, 2U, 5U, 6U, 7U}) {
        CpuWords cpu = able_cpu();
        cpu.xcr0 &= ~(std::uint64_t{1} << bit);
        EXPECT_NE(missing_for_lanes(cpu), "") << bit;
    }
}

TEST(FastVerification, an_unable_machine_gets_openssl_and_an_error_where_simd_is_demanded) {
    const VerificationChoice unable{.wanted = "", .cpu = {}, .library = kLibrary};
    const auto by_itself = choose_verification(unable);
    ASSERT_TRUE(by_itself);
    EXPECT_EQ(by_itself->table.verify_batch, nullptr);
    EXPECT_NE(by_itself->words.find("this machine has no"), std::string::npos);

    VerificationChoice demanded = unable;
    demanded.wanted = "simd";
    const auto refused = choose_verification(demanded);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::config);
    EXPECT_NE(refused.error().what.find("this machine has no"), std::string::npos);
}

TEST(FastVerification, a_library_that_is_not_there_is_named) {
    const VerificationChoice choice{
        .wanted = "auto", .cpu = able_cpu(), .library = "/nowhere/lib.so"};
    const auto found = choose_verification(choice);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->table.verify_batch, nullptr);
    EXPECT_NE(found->words.find("/nowhere/lib.so"), std::string::npos);
}

TEST(FastVerification, another_library_is_refused) {
    const VerificationChoice choice{.wanted = "simd", .cpu = able_cpu(), .library = "libz.so.1"};
    const auto refused = choose_verification(choice);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("another version"), std::string::npos);
}

TEST(FastVerification, a_word_it_does_not_know_is_refused) {
    const auto refused = choose_verification({.wanted = "SIMD", .cpu = {}, .library = kLibrary});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::config);
}

struct LanesTest : ::testing::Test {
    crypto::Ed25519Table table;

    void SetUp() override {
        const std::string_view missing = missing_for_lanes(read_cpu_words());
        if (!missing.empty()) GTEST_SKIP() << "NOT TESTED HERE: this machine has no " << missing;
        const auto found =
            choose_verification({.wanted = "simd", .cpu = read_cpu_words(), .library = kLibrary});
        ASSERT_TRUE(found) << found.error().what;
        table = found->table;
    }
};

TEST_F(LanesTest, openssl_is_used_where_it_is_asked_for) {
    const auto found =
        choose_verification({.wanted = "openssl", .cpu = read_cpu_words(), .library = kLibrary});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->table.verify_batch, nullptr);
}

TEST_F(LanesTest, gives_the_verdict_of_the_rule_at_each_edge_in_one_batch_and_alone) {
    const auto edges = crypto::testing::ed25519_edges();
    std::vector<PublicKey> keys;
    std::vector<const Ed25519Edge*> with_key;
    for (const Ed25519Edge& edge : edges) {
        auto key =
            crypto::public_key_from_spki(crypto::ed25519_spki(*hash32_from_hex(hex(edge.point))));
        if (!key) continue;
        keys.push_back(*std::move(key));
        with_key.push_back(&edge);
    }
    std::vector<VerifyItem> items;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        items.push_back({.key = &keys[i],
                         .message = with_key[i]->message,
                         .signature = with_key[i]->signature});
    }
    const auto together = crypto::verify_batch(items, table);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool wanted = with_key[i]->accepted;
        EXPECT_EQ(together[i] == 1, wanted) << with_key[i]->name;
        const auto alone = crypto::verify_batch(std::span{items}.subspan(i, 1), table);
        EXPECT_EQ(alone[0] == 1, wanted) << with_key[i]->name;
    }
}

/// verify_batch refuses what is out of form before the library sees it; the library by itself has
/// the same rules, with keys that no PublicKey can hold too. Keys that it has prepared go another
/// way than keys that it meets, so this asks often enough for all to be prepared, and then once
/// more among many strangers.
TEST_F(LanesTest, the_library_alone_keeps_the_rule_at_each_edge_with_keys_known_and_unknown) {
    constexpr int kRounds = 60;
    const auto edges = crypto::testing::ed25519_edges();
    SplitMix random{3};
    std::vector<Bytes> strangers;
    for (std::size_t i = 0; i < edges.size(); ++i)
        strangers.push_back(random.bytes(32));
    std::vector<crypto::Ed25519Item> items;
    for (const Ed25519Edge& edge : edges) {
        items.push_back({.public_key = edge.point.data(),
                         .signature = edge.signature.data(),
                         .message = edge.message.data(),
                         .message_bytes = edge.message.size()});
    }
    for (int round = 0; round <= kRounds; ++round) {
        if (round == kRounds) {
            for (const Bytes& stranger : strangers) {
                items.push_back(items[0]);
                items.back().public_key = stranger.data();
            }
        }
        std::vector<std::uint8_t> verdicts(items.size(), 7);
        ASSERT_EQ(table.verify_batch(items.data(), items.size(), verdicts.data()), 0);
        for (std::size_t i = 0; i < edges.size(); ++i)
            ASSERT_EQ(verdicts[i], edges[i].accepted ? 1 : 0) << edges[i].name << ", " << round;
    }
}

/// What a drawn item owns.
struct Drawn {
    const PublicKey* key = nullptr;
    Bytes message;
    Bytes signature;
};

/// Half of them as they were signed, the rest with one thing changed.
Drawn draw(SplitMix& random, const std::vector<std::unique_ptr<keys::Signer>>& signers,
           const std::vector<PublicKey>& keys) {
    const std::size_t who = random.below(signers.size());
    Drawn out{.key = &keys[who], .message = random.bytes(random.below(400)), .signature = {}};
    const auto signature = signers[who]->sign(out.message);
    EXPECT_TRUE(signature);
    out.signature.assign(signature->begin(), signature->end());
    const auto flip = [&random](Bytes& bytes) {
        if (bytes.empty()) return;
        bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
    };
    switch (random.below(8)) {
        case 0:
            flip(out.signature);
            break;
        case 1:
            flip(out.message);
            break;
        case 2:
            out.key = &keys[random.below(keys.size())];
            break;
        case 3:
            out.signature = random.bytes(64);
            break;
        default:
            break;
    }
    return out;
}

TEST_F(LanesTest, agrees_with_verify_on_drawn_batches_of_all_algorithms_and_lengths) {
    SplitMix random{0x1a9e5};
    std::vector<std::unique_ptr<keys::Signer>> signers;
    std::vector<PublicKey> keys;
    for (std::size_t i = 0; i < 24; ++i) {
        const auto alg = i % 8 == 6   ? crypto::Alg::es256
                         : i % 8 == 7 ? crypto::Alg::sm2
                                      : crypto::Alg::ed25519;
        auto signer = keys::generate_signer(alg);
        ASSERT_TRUE(signer);
        signers.push_back(*std::move(signer));
        keys.push_back(signers.back()->public_key());
    }
    std::size_t accepted = 0;
    std::size_t total = 0;
    while (total < 4'000) {
        std::vector<Drawn> drawn(1 + random.below(130));
        std::vector<VerifyItem> items;
        for (Drawn& each : drawn) {
            each = draw(random, signers, keys);
            items.push_back(
                {.key = each.key, .message = each.message, .signature = each.signature});
        }
        const auto verdicts = crypto::verify_batch(items, table);
        ASSERT_EQ(verdicts, crypto::verify_batch(items));
        total += verdicts.size();
        accepted += static_cast<std::size_t>(std::ranges::count(verdicts, 1));
    }
    EXPECT_GT(accepted, total / 3);
    EXPECT_LT(accepted, total * 2 / 3);
}

TEST_F(LanesTest, several_threads_check_at_once) {
    const auto edges = crypto::testing::ed25519_edges();
    const auto key =
        crypto::public_key_from_spki(crypto::ed25519_spki(*hash32_from_hex(hex(edges[0].point))));
    ASSERT_TRUE(key);
    std::vector<VerifyItem> items(
        20, {.key = &*key, .message = edges[0].message, .signature = edges[0].signature});
    items[13].message = edges[0].signature;
    std::vector<std::uint8_t> wanted(20, 1);
    wanted[13] = 0;
    std::array<int, 4> right{};
    std::vector<std::thread> threads;
    for (int& count : right) {
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round)
                count += crypto::verify_batch(items, table) == wanted ? 1 : 0;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(right, (std::array<int, 4>{50, 50, 50, 50}));
}

}  // namespace
}  // namespace ropenet::node
