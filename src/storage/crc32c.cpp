#include "storage/crc32c.hpp"

#include <array>
#include <cstddef>

#include "storage/little_endian.hpp"

namespace ropenet::storage {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // 0x1edc6f41 with its bits reversed
constexpr std::size_t kSlices = 8;

using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
        }
        tables[0][byte] = crc;
    }
    for (std::size_t slice = 1; slice < kSlices; ++slice) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[slice - 1][byte];
            tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
        }
    }
    return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c_more(std::uint32_t so_far, BytesView bytes) {
    std::uint32_t crc = ~so_far;
    while (bytes.size() >= kSlices) {
        const std::uint32_t low = crc ^ get_le<std::uint32_t>(bytes.first<4>());
        const std::uint32_t high = get_le<std::uint32_t>(bytes.subspan<4, 4>());
        crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^
              kTables[5][(low >> 16) & 0xff] ^ kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^
              kTables[2][(high >> 8) & 0xff] ^ kTables[1][(high >> 16) & 0xff] ^
              kTables[0][high >> 24];
        bytes = bytes.subspan(kSlices);
    }
    for (const std::uint8_t byte : bytes)
        crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xff];
    return ~crc;
}

std::uint32_t crc32c(BytesView bytes) {
    return crc32c_more(0, bytes);
}

}  // namespace ropenet::storage
