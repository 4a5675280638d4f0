#include "system/accounts.hpp"

#include "base/check.hpp"
#include "types/limits.hpp"

namespace ropenet::system {
namespace {

Result<bool> any_key_in_use(const state::Reader& state, const std::vector<AccountKey>& keys) {
    for (const AccountKey& key : keys) {
        ROPE_TRY(const auto owner, find_account_of_key(state, key.kid()));
        if (owner) return true;
    }
    return false;
}

bool has_twin_keys(const std::vector<AccountKey>& keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        for (std::size_t j = i + 1; j < keys.size(); ++j) {
            if (keys[i] == keys[j]) return true;
        }
    }
    return false;
}

void put_key(state::Overlay& state, const Hash32& kid, const AccountId& owner) {
    state.put(account_of_key_key(kid), to_bytes(owner.text()));
}

}  // namespace

Bytes account_key(const AccountId& id) {
    return state::full_key(kAccountsId, "a/" + id.text());
}

Bytes account_of_key_key(const Hash32& kid) {
    return state::full_key(kAccountsId, "k/" + hex(kid));
}

Result<std::optional<Account>> find_account(const state::Reader& state, const AccountId& id) {
    ROPE_TRY(const auto bytes, state.find(account_key(id)));
    if (!bytes) return std::optional<Account>{};
    auto account = decode_account(*bytes);
    if (!account) return fail(ErrorCode::corrupt, "state of account " + id.text());
    return std::optional{*std::move(account)};
}

Result<std::optional<AccountId>> find_account_of_key(const state::Reader& state,
                                                     const Hash32& kid) {
    ROPE_TRY(const auto bytes, state.find(account_of_key_key(kid)));
    if (!bytes) return std::optional<AccountId>{};
    const auto id = account_id_from_text(text_of(*bytes));
    if (!id) return fail(ErrorCode::corrupt, "state of key " + hex(kid));
    return id;
}

void put_new_account(state::Overlay& state, const Account& account) {
    const AccountId id = account.args.account_id();
    for (const AccountKey& key : account.args.keys)
        put_key(state, key.kid(), id);
    state.put(account_key(id), encode_account(account));
}

Result<Answer> register_account(state::Overlay& state, const Call& call) {
    if (!call.account.has_role(kRoleRegistrar)) return Answer{refuse("platform.role")};
    auto args = register_args_from(call.args);
    if (!args || has_twin_keys(args->keys)) return Answer{refuse("platform.args")};

    const AccountId id = args->account_id();
    ROPE_TRY(const auto existing, find_account(state, id));
    if (existing) return Answer{refuse("accounts.exists")};
    ROPE_TRY(const bool in_use, any_key_in_use(state, args->keys));
    if (in_use) return Answer{refuse("accounts.key_in_use")};

    put_new_account(state, Account{.args = *std::move(args),
                                   .roles = {},
                                   .status = AccountStatus::active,
                                   .added_keys = {}});
    Event event{.name = "accounts.registered", .attributes = {{"account", id.text()}}};
    return Answer{Applied{.events = {std::move(event)}, .output = to_bytes(id.text())}};
}

Result<Answer> add_key(state::Overlay& state, const Call& call) {
    // args = { "key": {"alg": int, "key": bstr SPKI} }
    const cbor::Value* value = call.args.find("key");
    if (value == nullptr || call.args.size() != 1) return Answer{refuse("platform.args")};
    const auto key = account_key_from(*value, "key");
    if (!key) return Answer{refuse("platform.args")};

    Account account = call.account;
    if (account.args.keys.size() + account.added_keys.size() >= kAccountKeysMax) {
        return Answer{refuse("accounts.key_count")};
    }
    ROPE_TRY(const bool in_use, any_key_in_use(state, {*key}));
    if (in_use) return Answer{refuse("accounts.key_in_use")};

    const Hash32 kid = key->kid();
    account.added_keys.push_back(*key);
    put_key(state, kid, call.caller);
    state.put(account_key(call.caller), encode_account(account));
    Event event{.name = "accounts.key_added",
                .attributes = {{"account", call.caller.text()}, {"kid", hex(kid)}}};
    return Answer{Applied{.events = {std::move(event)}, .output = {}}};
}

}  // namespace ropenet::system
