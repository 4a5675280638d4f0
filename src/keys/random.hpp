// Random bytes of the operating system's generator, through OpenSSL's. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::keys {

Result<Bytes> random_bytes(std::size_t count);

/// As a transaction needs it.
Result<std::array<std::uint8_t, 16>> random_nonce();

}  // namespace ropenet::keys
