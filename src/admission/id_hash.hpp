// Hashes a SHA-256 digest for an unordered map: any eight bytes of it are a hash already.
#pragma once

#include <cstddef>
#include <cstring>

#include "base/bytes.hpp"

namespace ropenet::admission {

struct IdHash {
    std::size_t operator()(const Hash32& id) const {
        std::size_t value = 0;
        std::memcpy(&value, id.data(), sizeof value);
        return value;
    }
};

}  // namespace ropenet::admission
