// Runs a fuzz target without a fuzzer: the committed seeds, every beginning of them, and mutations
// drawn from a fixed seed. Same inputs on every run and machine.
//
// replay_<name> <folder of seeds>, or replay_<name> <one file> to try an input again. An input that
// stops the process is left behind as crash-input.bin in the working directory.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/testing/split_mix.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer demands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using ropenet::Bytes;
using ropenet::vectors::SplitMix;

constexpr std::size_t kMutations = 20'000;
constexpr std::size_t kPrefixesMax = 4'096;
constexpr std::size_t kInputBytesMax = 64 * 1024;
constexpr std::uint64_t kSeed = 0x726f'7065'6e65'7400;

// What a signal handler may still reach.
const std::uint8_t* current_data = nullptr;
std::size_t current_size = 0;

void leave_input_behind(int signal) {
    const int file = open("crash-input.bin", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file >= 0) {
        const auto written = write(file, current_data, current_size);
        static_cast<void>(written);
        close(file);
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const Bytes& input) {
    current_data = input.data();
    current_size = input.size();
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// Sorted by name: the order of a folder differs between machines.
std::vector<Bytes> read_seeds(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
        if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Bytes> seeds;
    for (const auto& path : paths)
        seeds.push_back(read_file(path));
    return seeds;
}

auto at(Bytes& bytes, std::size_t index) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(index);
}

std::uint8_t interesting_byte(SplitMix& random) {
    static constexpr std::uint8_t kBytes[] = {0x00, 0x01, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1F, 0x20,
                                              0x3A, 0x40, 0x58, 0x5F, 0x60, 0x7F, 0x80, 0x9F, 0xA0,
                                              0xBF, 0xC0, 0xD2, 0xF4, 0xF6, 0xF9, 0xFE, 0xFF, '\n',
                                              '\r', '"',  '\\', '/',  '{',  '[',  '-',  '0',  ' '};
    return kBytes[random.below(std::size(kBytes))];
}

void mutate_once(Bytes& input, const Bytes& other, SplitMix& random) {
    const std::size_t where = random.below(input.size() + 1);
    const std::size_t length = std::min<std::size_t>(1 + random.below(16), input.size() - where);
    switch (random.below(7)) {
        case 0:  // flip a bit
            if (where < input.size())
                input[where] ^= static_cast<std::uint8_t>(1U << random.below(8));
            break;
        case 1:
            if (where < input.size()) input[where] = interesting_byte(random);
            break;
        case 2:
            if (where < input.size()) input[where] = static_cast<std::uint8_t>(random.next());
            break;
        case 3:
            input.insert(at(input, where), interesting_byte(random));
            break;
        case 4:
            input.erase(at(input, where), at(input, where + length));
            break;
        case 5: {  // say something twice
            const Bytes again(at(input, where), at(input, where + length));
            input.insert(at(input, where), again.begin(), again.end());
            break;
        }
        default: {  // go on as another seed does
            const std::size_t from = std::min(where, other.size());
            input.resize(where);
            input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(from),
                         other.end());
            break;
        }
    }
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

void run_mutations(const std::vector<Bytes>& seeds) {
    SplitMix random{kSeed};
    for (std::size_t i = 0; i < kMutations; ++i) {
        Bytes input = seeds[random.below(seeds.size())];
        const std::size_t steps = 1 + random.below(4);
        for (std::size_t step = 0; step < steps; ++step) {
            mutate_once(input, seeds[random.below(seeds.size())], random);
        }
        run(input);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s <folder of seeds, or one input file>\n", argv[0]);
        return 2;
    }
    std::signal(SIGABRT, leave_input_behind);
    std::signal(SIGSEGV, leave_input_behind);
    if (std::filesystem::is_regular_file(argv[1])) {
        run(read_file(argv[1]));
        return 0;
    }
    const std::vector<Bytes> seeds = read_seeds(argv[1]);
    if (seeds.empty()) {
        std::fprintf(stderr, "no seeds in %s\n", argv[1]);
        return 1;
    }
    run({});
    for (const Bytes& seed : seeds) {
        const std::size_t prefixes = std::min(seed.size(), kPrefixesMax);
        for (std::size_t size = 1; size <= prefixes; ++size) {
            run(Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
        }
        run(seed);
    }
    run_mutations(seeds);
    std::printf("%zu seeds, %zu mutations\n", seeds.size(), kMutations);
    return 0;
}
