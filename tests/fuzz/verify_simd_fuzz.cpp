// Eight lanes and OpenSSL give the same verdicts, whatever was signed and what became of it.
//
// The input is a program: six bytes an item, at most 64 of them, which go through both as one
// batch. An item is an edge of the rule, or a new signature by a key of mixed order (whose verdict
// is known beforehand), with one thing changed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/testing/split_mix.hpp"
#include "crypto/testing/ed25519_edges.hpp"
#include "crypto/verify.hpp"
#include "node/fast_verification.hpp"

namespace {

using namespace ropenet;
using crypto::testing::Ed25519Edge;

constexpr std::size_t kItemBytes = 6;
constexpr std::size_t kItemsMax = 64;

/// Empty where the CPU has no lanes, and then it has been said.
crypto::Ed25519Table find_table() {
    const std::string missing{node::missing_for_lanes(node::read_cpu_words())};
    if (!missing.empty()) {
        std::fprintf(stderr, "NOT TESTED HERE: this machine has no %s\n", missing.c_str());
        return {};
    }
    ::setenv("ROPENET_VERIFY", "simd", 1);
    const auto found = node::find_fast_verification();
    ROPE_CHECK(found && found->table.verify_batch != nullptr);
    return found->table;
}

struct Material {
    const crypto::Ed25519Table table = find_table();
    const std::vector<Ed25519Edge> edges = crypto::testing::ed25519_edges();
    const crypto::testing::MixedOrder mixed;
};

/// Those six bytes.
struct Step {
    std::size_t edge;
    std::uint8_t change;
    std::size_t where;
    std::uint8_t value;
};

Step step_at(const std::uint8_t* bytes) {
    return {.edge = bytes[0] + 256U * bytes[1],
            .change = bytes[2],
            .where = bytes[3] + 256U * bytes[4],
            .value = bytes[5]};
}

/// The edge itself, or as often a signature of mixed order over a message of those bytes.
Ed25519Edge start_of(const Material& material, const Step& step) {
    if (step.change < 128) return material.edges[step.edge % material.edges.size()];
    const Bytes message(1 + step.where % 300, step.value);
    return material.mixed.sign(step.edge % 8, step.edge / 8 % 8, message);
}

/// False if nothing was changed.
bool change(Ed25519Edge& edge, const Ed25519Edge& other, const Step& step) {
    const auto flip = [&step](Bytes& bytes) {
        if (!bytes.empty()) bytes[step.where % bytes.size()] ^= step.value;
    };
    switch (step.change % 8) {
        case 0:
            flip(edge.signature);
            return true;
        case 1:
            flip(edge.message);
            return true;
        case 2:
            edge.point = other.point;
            return true;
        case 3:
            std::copy_n(other.signature.begin(), 32, edge.signature.begin());
            return true;
        case 4:
            std::copy_n(other.signature.begin() + 32, 32, edge.signature.begin() + 32);
            return true;
        case 5:
            edge.message.resize(step.where % (edge.message.size() + 1));
            return true;
        default:
            return false;
    }
}

/// The library checks keys that it has prepared in another way than keys it has not. The few of the
/// edges are soon prepared; with these strangers in the batch it takes the way without.
std::vector<std::uint8_t> verdicts_among_strangers(const std::vector<crypto::VerifyItem>& items,
                                                   const crypto::Ed25519Table& table) {
    thread_local vectors::SplitMix random{1};
    std::deque<Bytes> points;
    std::vector<crypto::Ed25519Item> all;
    for (const crypto::VerifyItem& item : items) {
        all.push_back({.public_key = item.key->spki().last(32).data(),
                       .signature = item.signature.data(),
                       .message = item.message.data(),
                       .message_bytes = item.message.size()});
    }
    for (std::size_t i = 0; i <= items.size() / 8; ++i) {
        crypto::Ed25519Item stranger = all.front();
        stranger.public_key = points.emplace_back(random.bytes(32)).data();
        all.push_back(stranger);
    }
    std::vector<std::uint8_t> verdicts(all.size(), 7);
    ROPE_CHECK(table.verify_batch(all.data(), all.size(), verdicts.data()) == 0);
    verdicts.resize(items.size());
    return verdicts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Material material;
    if (material.table.verify_batch == nullptr) return 0;
    const std::size_t count = std::min(size / kItemBytes, kItemsMax);
    std::deque<Ed25519Edge> cases;  // items point into it
    std::deque<crypto::PublicKey> keys;
    std::vector<crypto::VerifyItem> items;
    std::vector<int> known;  // -1: not
    for (std::size_t i = 0; i < count; ++i) {
        const Step step = step_at(data + i * kItemBytes);
        Ed25519Edge& edge = cases.emplace_back(start_of(material, step));
        const Ed25519Edge& other = material.edges[(step.edge + step.value) % material.edges.size()];
        const bool changed = change(edge, other, step);
        const auto point = hash32_from_hex(hex(edge.point));
        const auto key = crypto::public_key_from_spki(crypto::ed25519_spki(*point));
        if (!key) continue;
        keys.push_back(*key);
        items.push_back(
            {.key = &keys.back(), .message = edge.message, .signature = edge.signature});
        known.push_back(changed ? -1 : edge.accepted ? 1 : 0);
    }
    const auto lanes = crypto::verify_batch(items, material.table);
    ROPE_CHECK(lanes == crypto::verify_batch(items));
    ROPE_CHECK(items.empty() || lanes == verdicts_among_strangers(items, material.table));
    for (std::size_t i = 0; i < items.size(); ++i)
        ROPE_CHECK(known[i] == -1 || known[i] == lanes[i]);
    return 0;
}
