// Draws CBOR values of every kind, for property tests and the conformance vector.
#pragma once

#include <algorithm>
#include <string>

#include "base/testing/split_mix.hpp"
#include "codec/cbor.hpp"

namespace ropenet::cbor {

/// An integer whose head may have any length.
inline std::uint64_t draw_uint(vectors::SplitMix& random) {
    return random.next() >> random.below(64);
}

inline std::string draw_text(vectors::SplitMix& random) {
    static constexpr std::string_view kPieces[] = {"a", "z", "0", "\0", "\x7f", "é", "绳", "𐅑"};
    std::string out;
    const std::size_t pieces = random.below(30);
    for (std::size_t i = 0; i < pieces; ++i)
        out += kPieces[random.below(std::size(kPieces))];
    return out;
}

inline Value draw_scalar(vectors::SplitMix& random) {
    switch (random.below(6)) {
        case 0:
            return draw_uint(random);
        case 1:
            return -1 - static_cast<std::int64_t>(draw_uint(random) >> 1);
        case 2:
            return random.bytes(random.below(300));
        case 3:
            return draw_text(random);
        case 4:
            return random.one_in(2);
        default:
            return nullptr;
    }
}

/// At most `depth` arrays and maps around each other. Keys in no order, but each once.
inline Value draw_value(vectors::SplitMix& random, std::size_t depth) {
    if (depth == 0 || random.one_in(3)) return draw_scalar(random);
    const std::size_t count = random.below(random.one_in(8) ? 30 : 5);
    if (random.one_in(2)) {
        Array items;
        for (std::size_t i = 0; i < count; ++i)
            items.push_back(draw_value(random, depth - 1));
        return Value{std::move(items)};
    }
    Map pairs;
    for (std::size_t i = 0; i < count; ++i) {
        Value key = random.one_in(10) ? draw_value(random, depth - 1) : draw_scalar(random);
        const Bytes encoded = encode_value(key);
        const bool taken = std::ranges::any_of(
            pairs, [&](const auto& pair) { return encode_value(pair.first) == encoded; });
        if (!taken) pairs.emplace_back(std::move(key), draw_value(random, depth - 1));
    }
    return pairs;
}

}  // namespace ropenet::cbor
