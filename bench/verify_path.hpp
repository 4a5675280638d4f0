// The ways to check Ed25519 signatures that a node may take, and which of them this machine has.
//
// Threads: any. Errors: unavailable, with the reason.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "crypto/verify.hpp"

namespace ropenet::bench {

enum class VerifyPath : std::uint8_t { openssl, simd };

/// `openssl`, `simd`: the last part of figures' names, and what ROPENET_VERIFY takes.
std::string_view name_of(VerifyPath path);

/// Whether this build on this machine has it.
Result<void> find_path(VerifyPath path);

/// crypto::verify_batch on that path. Pre: find_path(path).
std::vector<std::uint8_t> verify_on(VerifyPath path, std::span<const crypto::VerifyItem> items);

}  // namespace ropenet::bench
