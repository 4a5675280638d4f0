// Ed25519 checks by code from outside this module: a table of functions that verify_batch calls
// instead of OpenSSL.
//
// Whoever wires a program fills it (node/fast_verification.hpp) and hands it to those who check in
// batches; crypto itself loads nothing and asks no CPU. The items are the C interface of
// runtime/verify-simd, field by field.
//
// Threads: the functions may be called from any, at the same time. Errors: a batch that could not
// be checked is told by the return value, never by a verdict.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ropenet::crypto {

/// Borrowed for the call.
struct Ed25519Item {
    const std::uint8_t* public_key = nullptr;  // 32 bytes: canonical, on the curve, no small order
    const std::uint8_t* signature = nullptr;   // 64 bytes: R canonical, no small order; S < L
    const std::uint8_t* message = nullptr;     // may be null when it is empty
    std::size_t message_bytes = 0;
};

struct Ed25519Table {
    /// 0: verdicts[i] is 1 if the encoding of [S]B - [k]A of item i equals R, otherwise 0. Anything
    /// else: nothing is known.
    using VerifyBatch = std::int32_t (*)(const Ed25519Item* items, std::size_t count,
                                         std::uint8_t* verdicts);

    VerifyBatch verify_batch = nullptr;  // null: OpenSSL, one at a time
    std::size_t lanes = 1;               // a batch that is a multiple of it wastes nothing
};

}  // namespace ropenet::crypto
