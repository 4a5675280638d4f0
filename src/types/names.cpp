#include "types/names.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "types/limits.hpp"

namespace ropenet {
namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower_or_digit(char c) {
    return is_lower(c) || is_digit(c);
}

constexpr std::string_view kNativePrefix = "system.";

}  // namespace

AccountId AccountId::of_register_args(BytesView encoded_args) {
    const Hash32 digest = crypto::sha256(encoded_args);
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(digest.begin(), bytes.size(), bytes.begin());
    return AccountId{bytes};
}

std::optional<AccountId> account_id_from_text(std::string_view text) {
    if (text.size() != 33 || text.front() != 'a') return std::nullopt;
    const auto decoded = bytes_from_hex(text.substr(1));
    if (!decoded) return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::copy(*decoded, bytes.begin());
    return AccountId{bytes};
}

bool is_origin_part(std::string_view text) {
    if (text.empty() || text.size() > kOriginPartBytesMax) return false;
    if (!is_lower_or_digit(text.front())) return false;
    return std::ranges::all_of(text,
                               [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

bool is_origin(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    return is_origin_part(text.substr(0, slash)) && is_origin_part(text.substr(slash + 1));
}

bool is_demo_origin(std::string_view origin) {
    return origin.starts_with("dev.");
}

std::string_view rope_of(std::string_view origin) {
    return origin.substr(origin.find('/') + 1);
}

bool is_contract_id(std::string_view text) {
    if (text.starts_with(kNativePrefix)) text.remove_prefix(kNativePrefix.size());
    if (text.size() < 2 || text.size() > kContractIdBytesMax || !is_lower(text.front())) {
        return false;
    }
    return std::ranges::all_of(text, is_lower_or_digit);
}

bool is_action_name(std::string_view text) {
    if (text.empty() || text.size() > kActionBytesMax || !is_lower(text.front())) return false;
    return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

}  // namespace ropenet
