#include "node/fast_verification.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/bytes.hpp"

namespace ropenet::node {
namespace {

constexpr std::uint32_t kAbiVersion = 1;
constexpr std::uint32_t kLanesMax = 64;
constexpr const char* kLibrary = "../lib/ropenet/libropenet_verify_simd.so";

// Intel's manual, volume 2 (CPUID) and volume 1 chapter 13 (XCR0).
constexpr std::uint32_t kOsxsave = 1U << 27;
// Bits 1, 2 and 5 to 7: the system saves xmm, ymm, the mask registers and both halves of zmm.
constexpr std::uint64_t kSavedState = 0xe6;

struct Need {
    std::uint32_t CpuWords::* word;
    std::uint32_t bits;
    std::string_view name;
};
/// All that cmake/verify_simd.cmake compiles the library for, with what those extensions imply.
constexpr std::array<Need, 8> kNeeds{{{&CpuWords::leaf1_ecx, 1U << 12, "fma"},
                                      {&CpuWords::leaf1_ecx, 1U << 28, "avx"},
                                      {&CpuWords::leaf1_ecx, 1U << 29, "f16c"},
                                      {&CpuWords::leaf7_ebx, 1U << 5, "avx2"},
                                      {&CpuWords::leaf7_ebx, 1U << 16, "avx512f"},
                                      {&CpuWords::leaf7_ebx, 1U << 17, "avx512dq"},
                                      {&CpuWords::leaf7_ebx, 1U << 30, "avx512bw"},
                                      {&CpuWords::leaf7_ebx, 1U << 21, "avx512ifma"}}};

// RFC 8032 section 7.1, test 2.
constexpr std::string_view kKnownKey =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr std::string_view kKnownSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

/// Every lane, good and bad side by side, in the places the library will use.
bool gives_known_answers(const crypto::Ed25519Table& table) {
    const Bytes key = bytes_from_hex(kKnownKey).value_or(Bytes{});
    const Bytes signature = bytes_from_hex(kKnownSignature).value_or(Bytes{});
    const std::uint8_t signed_byte = 0x72;
    const std::uint8_t other_byte = 0x73;
    std::array<crypto::Ed25519Item, kLanesMax> items;
    std::array<std::uint8_t, kLanesMax> verdicts{};
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i] = {.public_key = key.data(),
                    .signature = signature.data(),
                    .message = i % 3 == 1 ? &other_byte : &signed_byte,
                    .message_bytes = 1};
    }
    if (table.verify_batch(items.data(), items.size(), verdicts.data()) != 0) return false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (verdicts[i] != (i % 3 == 1 ? 0 : 1)) return false;
    }
    return true;
}

template <typename Function>
Function function_in(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

/// Pre: this CPU may run the library.
Result<crypto::Ed25519Table> open_library(const std::string& path) {
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = ::dlerror();
        return fail(ErrorCode::config, why == nullptr ? path + " cannot be opened" : why);
    }
    using Number = std::uint32_t (*)();
    const auto abi_version = function_in<Number>(library, "ropenet_verify_abi_version");
    const auto lanes = function_in<Number>(library, "ropenet_verify_lanes");
    const auto verify =
        function_in<crypto::Ed25519Table::VerifyBatch>(library, "ropenet_verify_batch");
    if (abi_version == nullptr || abi_version() != kAbiVersion || lanes == nullptr ||
        verify == nullptr || lanes() == 0 || lanes() > kLanesMax) {
        return fail(ErrorCode::config, path + " is of another version than this program");
    }
    const crypto::Ed25519Table table{.verify_batch = verify, .lanes = lanes()};
    if (!gives_known_answers(table)) {
        return fail(ErrorCode::config, path + " fails its known-answer test");
    }
    return table;
}

Result<crypto::Ed25519Table> open_if_able(const VerificationChoice& choice) {
    const std::string_view missing = missing_for_lanes(choice.cpu);
    if (!missing.empty()) {
        return fail(ErrorCode::config, "this machine has no " + std::string{missing});
    }
    return open_library(choice.library);
}

std::string library_beside_program() {
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    return (program.parent_path() / kLibrary).lexically_normal().string();
}

#if defined(__x86_64__)
std::uint64_t read_xcr0() {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    // The intrinsic would want this file compiled for a CPU that surely has it.
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t{high} << 32U) | low;
}
#endif

}  // namespace

CpuWords read_cpu_words() {
    CpuWords words;
#if defined(__x86_64__)
    std::uint32_t eax = 0;
    std::uint32_t ebx = 0;
    std::uint32_t ecx = 0;
    std::uint32_t edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0) words.leaf1_ecx = ecx;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0) words.leaf7_ebx = ebx;
    if ((words.leaf1_ecx & kOsxsave) != 0) words.xcr0 = read_xcr0();
#endif
    return words;
}

std::string_view missing_for_lanes(const CpuWords& cpu) {
    for (const Need& need : kNeeds) {
        if ((cpu.*need.word & need.bits) == 0) return need.name;
    }
    const bool saved = (cpu.leaf1_ecx & kOsxsave) != 0 && (cpu.xcr0 & kSavedState) == kSavedState;
    return saved ? std::string_view{} : "operating system that saves the AVX-512 registers";
}

Result<FastVerification> choose_verification(const VerificationChoice& choice) {
    const std::string& wanted = choice.wanted;
    if (!wanted.empty() && wanted != "auto" && wanted != "openssl" && wanted != "simd") {
        return fail(ErrorCode::config,
                    "ROPENET_VERIFY is " + wanted + "; it may be auto, openssl or simd");
    }
    if (wanted == "openssl") {
        return FastVerification{.table = {}, .words = "Ed25519 by OpenSSL, as ROPENET_VERIFY says"};
    }
    const auto table = open_if_able(choice);
    if (table) {
        return FastVerification{
            .table = *table,
            .words = "Ed25519 in " + std::to_string(table->lanes) + " lanes of AVX-512 IFMA"};
    }
    if (wanted == "simd") {
        return Unexpected{with_context("ROPENET_VERIFY=simd cannot be had", table.error())};
    }
    return FastVerification{.table = {}, .words = "Ed25519 by OpenSSL: " + table.error().what};
}

Result<FastVerification> find_fast_verification() {
    const char* wanted = std::getenv("ROPENET_VERIFY");
    return choose_verification({.wanted = wanted == nullptr ? "" : wanted,
                                .cpu = read_cpu_words(),
                                .library = library_beside_program()});
}

}  // namespace ropenet::node
