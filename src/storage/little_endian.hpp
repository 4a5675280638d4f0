// Little-endian integers of the files that only storage reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ropenet::storage {

template <typename Integer>
void put_le(std::span<std::uint8_t, sizeof(Integer)> out, Integer value) {
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

template <typename Integer>
Integer get_le(std::span<const std::uint8_t, sizeof(Integer)> bytes) {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        value |= static_cast<Integer>(Integer{bytes[i]} << (8 * i));
    }
    return value;
}

}  // namespace ropenet::storage
