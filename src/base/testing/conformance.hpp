// Holds an encoding still: the digest of many drawn encodings must be the committed one.
//
// A test calls check_conformance with the name of a format, a generator of encodings and SHA-256,
// and expects an empty answer. Digests stand in tests/vectors/conformance.txt, one `name hex` a
// line, sorted. With ROPENET_REGENERATE=1 in the environment the line is written instead of
// compared; tools/regenerate_vectors does that for every test whose name holds "conformance".
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/bytes.hpp"
#include "base/testing/split_mix.hpp"

namespace ropenet::vectors {

inline constexpr std::size_t kConformanceCases = 2'000;

inline std::filesystem::path conformance_path() {
    const std::filesystem::path here{__FILE__};  // src/base/testing/conformance.hpp
    const auto root = here.parent_path().parent_path().parent_path().parent_path();
    return root / "tests" / "vectors" / "conformance.txt";
}

inline std::map<std::string, std::string> read_conformance() {
    std::map<std::string, std::string> digests;
    std::ifstream file{conformance_path()};
    std::string name;
    std::string digest;
    while (file >> name >> digest)
        digests[name] = digest;
    return digests;
}

inline void write_conformance(const std::map<std::string, std::string>& digests) {
    std::ofstream file{conformance_path(), std::ios::trunc};
    for (const auto& [name, digest] : digests)
        file << name << ' ' << digest << '\n';
}

/// `generate(SplitMix&)` gives one encoding, `hash(BytesView)` a Hash32. Empty when all is well,
/// otherwise the sentence to fail with. `name` is lower case without spaces.
template <typename Generate, typename Hash>
std::string check_conformance(const std::string& name, Generate generate, Hash hash) {
    SplitMix random{0x726f'7065'6e65'7431};
    Bytes all;
    for (std::size_t i = 0; i < kConformanceCases; ++i) {
        const Bytes encoding = generate(random);
        append_be64(all, encoding.size());
        append(all, encoding);
    }
    const std::string digest = hex(hash(BytesView{all}));

    auto committed = read_conformance();
    if (committed[name] == digest) return {};
    const char* regenerate = std::getenv("ROPENET_REGENERATE");
    if (regenerate != nullptr && std::string_view{regenerate} == "1") {
        committed[name] = digest;
        write_conformance(committed);
        return {};
    }
    return name +
           ": format changed: run tools/regenerate_vectors and write it under Formats in "
           "CHANGELOG.md";
}

}  // namespace ropenet::vectors
