// CRC-32C (Castagnoli, reflected, RFC 3720 appendix B.4): finds damage, not malice. Pure; any
// thread.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace ropenet::storage {

std::uint32_t crc32c(BytesView bytes);
/// crc32c_more(crc32c(a), b) = crc32c(a || b).
std::uint32_t crc32c_more(std::uint32_t so_far, BytesView bytes);

}  // namespace ropenet::storage
