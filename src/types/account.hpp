// An account: who may act, with which keys and roles.
//
//   register args = { "kind": tstr, "name": tstr, "keys": [+ {"alg": int, "key": bstr SPKI}],
//                     ? "organisation": tstr, ? "place": tstr, "identity_commitment": bstr .size 32
//                     }
//   account       = { 1: register args, 2: [* role], 3: status, 4: [* {"alg", "key"}] added later }
//
// The id of an account is the hash of its register args, so the same args never make two accounts.
// Format: docs/spec/accounts.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "codec/cbor.hpp"
#include "crypto/public_key.hpp"
#include "types/names.hpp"

namespace ropenet {

enum class AccountKind : std::uint8_t { person, organisation, device, service };
enum class AccountStatus : std::uint8_t { applied, active, restricted, frozen, closed };

std::string_view name_of(AccountKind kind);
std::string_view name_of(AccountStatus status);

/// A key as it stands in args and state. From args: the SPKI parses and is of that algorithm.
struct AccountKey {
    crypto::Alg alg = crypto::Alg::ed25519;
    Bytes spki;

    Hash32 kid() const;
    friend bool operator==(const AccountKey&, const AccountKey&) = default;
};

struct RegisterArgs {
    AccountKind kind = AccountKind::person;
    std::string name;
    std::vector<AccountKey> keys;
    std::optional<std::string> organisation;
    std::optional<std::string> place;  // GB/T 2260, six digits
    Hash32 identity_commitment{};

    AccountId account_id() const;
    friend bool operator==(const RegisterArgs&, const RegisterArgs&) = default;
};

/// Which field of the args is wrong; the words are part of `platform.args` answers.
struct ArgsError {
    std::string field;
    std::string what;
};

Bytes encode_register_args(const RegisterArgs& args);
Expected<RegisterArgs, ArgsError> register_args_from(const cbor::Value& value);
Expected<AccountKey, ArgsError> account_key_from(const cbor::Value& value, std::string_view field);
cbor::Value value_of(const AccountKey& key);

struct Account {
    RegisterArgs args;
    std::vector<std::string> roles;  // sorted
    AccountStatus status = AccountStatus::active;
    std::vector<AccountKey> added_keys;

    /// Absent when the account does not hold that key.
    const AccountKey* find_key(const Hash32& kid) const;
    bool has_role(std::string_view role) const;
    friend bool operator==(const Account&, const Account&) = default;
};

Bytes encode_account(const Account& account);
/// For bytes of our own state: anything unreadable is damage, not input. Keys are not parsed.
Expected<Account, ArgsError> decode_account(BytesView bytes);

}  // namespace ropenet
