#include "keys/random.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <limits>

namespace ropenet::keys {
namespace {

constexpr std::size_t kRandomBytesMax = std::numeric_limits<int>::max();

/// Pre: count <= kRandomBytesMax.
Result<void> fill_random(std::uint8_t* out, std::size_t count) {
    if (RAND_bytes(out, static_cast<int>(count)) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::unavailable, "the random number generator has no seed");
    }
    return {};
}

}  // namespace

Result<Bytes> random_bytes(std::size_t count) {
    if (count > kRandomBytesMax) return fail(ErrorCode::invalid, "too many random bytes asked for");
    Bytes bytes(count);
    const auto filled = fill_random(bytes.data(), bytes.size());
    if (!filled) return Unexpected{filled.error()};
    return bytes;
}

Result<std::array<std::uint8_t, 16>> random_nonce() {
    std::array<std::uint8_t, 16> nonce{};
    const auto filled = fill_random(nonce.data(), nonce.size());
    if (!filled) return Unexpected{filled.error()};
    return nonce;
}

}  // namespace ropenet::keys
