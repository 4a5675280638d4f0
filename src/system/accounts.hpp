// system.accounts: who may act. Actions: register (registrar), add_key (the account itself).
//
// State of the contract (docs/spec/accounts.md):
//   a/<account id>  -> account
//   k/<kid hex>     -> account id; a key belongs to one account for ever
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "system/contract.hpp"

namespace ropenet::system {

inline constexpr std::string_view kAccountsId = "system.accounts";
inline constexpr std::string_view kRoleRegistrar = "registrar";
inline constexpr std::string_view kRoleSupervisor = "supervisor";
inline constexpr std::string_view kRoleOperator = "operator";
inline constexpr std::string_view kRoleAuditor = "auditor";

Bytes account_key(const AccountId& id);
Bytes account_of_key_key(const Hash32& kid);

Result<std::optional<Account>> find_account(const state::Reader& state, const AccountId& id);
Result<std::optional<AccountId>> find_account_of_key(const state::Reader& state, const Hash32& kid);

/// Writes a new account and its keys. Pre: neither the account nor a key of it exists.
void put_new_account(state::Overlay& state, const Account& account);

Result<Answer> register_account(state::Overlay& state, const Call& call);
Result<Answer> add_key(state::Overlay& state, const Call& call);

}  // namespace ropenet::system
