// Finds the library of eight-lane Ed25519 checks (runtime/verify-simd) and hands out its functions.
//
// The library has no code for other CPUs: it is opened only after the CPU and the operating system
// have said that they carry all it was compiled for. It lies in ../lib/ropenet beside the program's
// folder and is looked for nowhere else. Its version and a known answer are checked before it is
// used; it stays open until the process ends, since threads keep state in it.
//
// The environment decides: ROPENET_VERIFY=openssl never opens it, =simd fails where it cannot be
// used, =auto or nothing takes OpenSSL then. Knows nothing of keys, batches or queues.
//
// Threads: any. Errors: config, with the reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "crypto/ed25519_table.hpp"

namespace ropenet::node {

/// What CPUID and XGETBV answer, as far as it matters here.
struct CpuWords {
    std::uint32_t leaf1_ecx = 0;
    std::uint32_t leaf7_ebx = 0;
    std::uint64_t xcr0 = 0;  // 0 unless leaf1_ecx says that it may be read
};

CpuWords read_cpu_words();

/// The first of the library's needs that is not there; empty if all are.
std::string_view missing_for_lanes(const CpuWords& cpu);

struct FastVerification {
    crypto::Ed25519Table table;  // of OpenSSL: empty
    std::string words;           // one line for a log: what is used, and why
};

/// What this process uses: by its environment, its CPU and its own place.
Result<FastVerification> find_fast_verification();

/// The same, said instead of found. `wanted` is the value of ROPENET_VERIFY.
struct VerificationChoice {
    std::string wanted;
    CpuWords cpu;
    std::string library;
};
Result<FastVerification> choose_verification(const VerificationChoice& choice);

}  // namespace ropenet::node
