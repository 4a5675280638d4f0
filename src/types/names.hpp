// Names that appear in formats: origins, account ids, contract and action names.
//
// A value of these types is well formed; parsing is the only way from text. Pure; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace ropenet {

/// `a` and 32 hex digits: the first 16 bytes of SHA-256 of the register args (docs/spec/names.md).
class AccountId {
  public:
    AccountId() = default;
    explicit AccountId(const std::array<std::uint8_t, 16>& bytes) : bytes_{bytes} {}

    /// The id of the account that these register args make.
    static AccountId of_register_args(BytesView encoded_args);

    std::string text() const { return "a" + hex(bytes_); }
    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

    friend auto operator<=>(const AccountId&, const AccountId&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

std::optional<AccountId> account_id_from_text(std::string_view text);

/// `<network>/<rope>`, each `[a-z0-9][a-z0-9.-]{0,62}`.
bool is_origin(std::string_view text);
bool is_origin_part(std::string_view text);
/// A development network: everything it makes is marked as without evidential value.
bool is_demo_origin(std::string_view origin);
/// The part after the slash.
std::string_view rope_of(std::string_view origin);

/// `[a-z][a-z0-9]{1,31}`, or `system.` and such a name for native contracts.
bool is_contract_id(std::string_view text);
/// `[a-z][a-z0-9_]{0,63}`.
bool is_action_name(std::string_view text);

/// Words that a person or file reader sees on everything a development network makes.
inline constexpr std::string_view kDemoMark = "DEMO, no evidential value / 演示，无证明力";

}  // namespace ropenet
