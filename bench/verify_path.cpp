#include "bench/verify_path.hpp"

#include "base/check.hpp"
#include "node/fast_verification.hpp"

namespace ropenet::bench {
namespace {

const Result<node::FastVerification>& found() {
    static const Result<node::FastVerification> verification = node::find_fast_verification();
    return verification;
}

}  // namespace

std::string_view name_of(VerifyPath path) {
    return path == VerifyPath::openssl ? "openssl" : "simd";
}

Result<void> find_path(VerifyPath path) {
    if (path == VerifyPath::openssl) return {};
    if (!found()) return Unexpected{found().error()};
    if (found()->table.verify_batch == nullptr) return fail(ErrorCode::unavailable, found()->words);
    return {};
}

std::vector<std::uint8_t> verify_on(VerifyPath path, std::span<const crypto::VerifyItem> items) {
    if (path == VerifyPath::openssl) return crypto::verify_batch(items);
    ROPE_CHECK(found().has_value());
    return crypto::verify_batch(items, found()->table);
}

}  // namespace ropenet::bench
