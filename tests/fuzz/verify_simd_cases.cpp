// Runs verify_simd_fuzz.cpp on drawn programs, on all cores: verify_simd_cases <number of cases>.
// Same cases on every run of as many; a failed check stops the process.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/testing/split_mix.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer demands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    constexpr std::size_t kBatch = 64;
    constexpr std::size_t kItemBytes = 6;
    const std::uint64_t cases = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (cases == 0) {
        std::fprintf(stderr, "usage: %s <number of cases>\n", argv[0]);
        return 2;
    }
    const std::uint64_t batches = (cases + kBatch - 1) / kBatch;
    std::atomic<std::uint64_t> next{0};
    std::vector<std::thread> threads(std::max(1U, std::thread::hardware_concurrency()));
    for (std::thread& thread : threads) {
        thread = std::thread{[&next, batches] {
            for (std::uint64_t batch = next++; batch < batches; batch = next++) {
                ropenet::vectors::SplitMix random{batch};
                const ropenet::Bytes program = random.bytes(kBatch * kItemBytes);
                LLVMFuzzerTestOneInput(program.data(), program.size());
            }
        }};
    }
    for (std::thread& thread : threads)
        thread.join();
    std::printf("%llu cases through both\n", static_cast<unsigned long long>(batches * kBatch));
    return 0;
}
