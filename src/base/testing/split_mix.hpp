// Numbers that look random and are the same on every machine, for tests that draw their cases.
//
// SplitMix64 (Steele, Lea, Flood 2014). Never for keys or nonces.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace ropenet::vectors {

class SplitMix {
  public:
    explicit SplitMix(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        state_ += 0x9E37'79B9'7F4A'7C15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
        z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
        return z ^ (z >> 31);
    }

    /// From 0 to limit - 1; small limits only, the slight bias does not matter here.
    std::size_t below(std::size_t limit) {
        ROPE_CHECK(limit > 0);
        return static_cast<std::size_t>(next() % limit);
    }

    bool one_in(std::size_t chances) { return below(chances) == 0; }

    Bytes bytes(std::size_t size) {
        Bytes out(size);
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(next());
        return out;
    }

    Hash32 hash32() {
        Hash32 out;
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(next());
        return out;
    }

  private:
    std::uint64_t state_;
};

}  // namespace ropenet::vectors
