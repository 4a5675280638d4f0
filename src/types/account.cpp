#include "types/account.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "types/limits.hpp"

namespace ropenet {
namespace {

constexpr std::array kKinds = {AccountKind::person, AccountKind::organisation, AccountKind::device,
                               AccountKind::service};

Unexpected<ArgsError> wrong(std::string_view field, std::string_view what) {
    return Unexpected{ArgsError{.field = std::string{field}, .what = std::string{what}}};
}

Expected<std::string, ArgsError> text_field(const cbor::Value& map, std::string_view field,
                                            std::size_t bytes_max) {
    const cbor::Value* value = map.find(field);
    const std::string* text = value == nullptr ? nullptr : value->as_text();
    if (text == nullptr) return wrong(field, "text is needed");
    if (text->empty() || text->size() > bytes_max) return wrong(field, "empty or too long");
    return *text;
}

Expected<AccountKind, ArgsError> kind_field(const cbor::Value& map) {
    ROPE_TRY(const std::string text, text_field(map, "kind", 16));
    for (const AccountKind kind : kKinds) {
        if (name_of(kind) == text) return kind;
    }
    return wrong("kind", "one of person, organisation, device, service");
}

Expected<std::optional<std::string>, ArgsError> place_field(const cbor::Value& map) {
    if (map.find("place") == nullptr) return std::optional<std::string>{};
    ROPE_TRY(std::string place, text_field(map, "place", kPlaceCodeBytes));
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (place.size() != kPlaceCodeBytes || !std::ranges::all_of(place, is_digit)) {
        return wrong("place", "six digits of GB/T 2260");
    }
    return std::optional{std::move(place)};
}

Expected<std::optional<std::string>, ArgsError> organisation_field(const cbor::Value& map) {
    if (map.find("organisation") == nullptr) return std::optional<std::string>{};
    ROPE_TRY(std::string name, text_field(map, "organisation", kAccountNameBytesMax));
    if (name.find(' ') != std::string::npos) return wrong("organisation", "an id without spaces");
    return std::optional{std::move(name)};
}

/// Whether the bytes of a key are parsed. What our own state holds was parsed when it came in, and
/// parsing a point of a curve costs more than all else that is done for a tx.
enum class Keys : std::uint8_t { parsed, as_stored };

Expected<AccountKey, ArgsError> key_of(const cbor::Value& value, std::string_view field,
                                       Keys trust) {
    const cbor::Value* alg_value = value.find("alg");
    const cbor::Value* key_value = value.find("key");
    if (alg_value == nullptr || key_value == nullptr || value.size() != 2) {
        return wrong(field, "a map of alg and key");
    }
    const std::int64_t* number = alg_value->as_negative();
    const Bytes* spki = key_value->as_bytes();
    if (number == nullptr || spki == nullptr)
        return wrong(field, "alg is an integer, key is bytes");
    const auto alg = crypto::alg_from_cose(*number);
    if (!alg) return wrong(field, "alg is -8, -7 or -65537");
    if (trust == Keys::parsed) {
        const auto key = crypto::public_key_from_spki(*spki);
        if (!key || key->alg() != *alg) return wrong(field, "not a key of that algorithm");
    }
    return AccountKey{.alg = *alg, .spki = *spki};
}

struct KeyCount {
    std::size_t least = 1;
};

Expected<std::vector<AccountKey>, ArgsError> keys_of(const cbor::Value* value,
                                                     std::string_view field, KeyCount count,
                                                     Keys trust) {
    const cbor::Array* items = value == nullptr ? nullptr : value->as_array();
    if (items == nullptr) return wrong(field, "a list is needed");
    if (items->size() < count.least || items->size() > kAccountKeysMax) {
        return wrong(field, "1 to 16 keys");
    }
    std::vector<AccountKey> keys;
    for (const cbor::Value& item : *items) {
        ROPE_TRY(AccountKey key, key_of(item, field, trust));
        keys.push_back(std::move(key));
    }
    return keys;
}

Expected<Hash32, ArgsError> commitment_field(const cbor::Value& map) {
    constexpr std::string_view kField = "identity_commitment";
    const cbor::Value* value = map.find(kField);
    const Bytes* bytes = value == nullptr ? nullptr : value->as_bytes();
    const auto hash = bytes == nullptr ? std::nullopt : hash32_from(*bytes);
    if (!hash) return wrong(kField, "32 bytes are needed");
    return *hash;
}

cbor::Value value_of(const std::vector<AccountKey>& keys) {
    cbor::Array out;
    for (const AccountKey& key : keys)
        out.push_back(value_of(key));
    return cbor::Value{std::move(out)};
}

cbor::Value value_of(const RegisterArgs& args) {
    cbor::Map map;
    const auto put = [&](std::string_view key, cbor::Value value) {
        map.emplace_back(cbor::Value{std::string{key}}, std::move(value));
    };
    put("kind", cbor::Value{std::string{name_of(args.kind)}});
    put("name", cbor::Value{args.name});
    put("keys", value_of(args.keys));
    if (args.organisation) put("organisation", cbor::Value{*args.organisation});
    if (args.place) put("place", cbor::Value{*args.place});
    put("identity_commitment", cbor::Value{to_bytes(args.identity_commitment)});
    return cbor::Value{std::move(map)};
}

Expected<RegisterArgs, ArgsError> args_of(const cbor::Value& value, Keys trust) {
    if (value.as_map() == nullptr) return wrong("args", "a map is needed");
    RegisterArgs args;
    ROPE_TRY(args.kind, kind_field(value));
    ROPE_TRY(args.name, text_field(value, "name", kAccountNameBytesMax));
    ROPE_TRY(args.keys, keys_of(value.find("keys"), "keys", {.least = 1}, trust));
    ROPE_TRY(args.organisation, organisation_field(value));
    ROPE_TRY(args.place, place_field(value));
    ROPE_TRY(args.identity_commitment, commitment_field(value));
    const std::size_t known = 4U + (args.organisation ? 1U : 0U) + (args.place ? 1U : 0U);
    if (value.size() != known) return wrong("args", "an unknown field");
    return args;
}

Expected<std::vector<std::string>, ArgsError> roles_of(const cbor::Value* value) {
    const cbor::Array* items = value == nullptr ? nullptr : value->as_array();
    if (items == nullptr) return wrong("roles", "a list is needed");
    std::vector<std::string> roles;
    for (const cbor::Value& item : *items) {
        const std::string* role = item.as_text();
        if (role == nullptr) return wrong("roles", "text is needed");
        roles.push_back(*role);
    }
    return roles;
}

}  // namespace

std::string_view name_of(AccountKind kind) {
    switch (kind) {
        case AccountKind::person:
            return "person";
        case AccountKind::organisation:
            return "organisation";
        case AccountKind::device:
            return "device";
        case AccountKind::service:
            return "service";
    }
    return "person";
}

std::string_view name_of(AccountStatus status) {
    switch (status) {
        case AccountStatus::applied:
            return "applied";
        case AccountStatus::active:
            return "active";
        case AccountStatus::restricted:
            return "restricted";
        case AccountStatus::frozen:
            return "frozen";
        case AccountStatus::closed:
            return "closed";
    }
    return "closed";
}

Hash32 AccountKey::kid() const {
    return crypto::sha256(spki);
}

AccountId RegisterArgs::account_id() const {
    return AccountId::of_register_args(encode_register_args(*this));
}

cbor::Value value_of(const AccountKey& key) {
    cbor::Map map;
    map.emplace_back(cbor::Value{"alg"}, cbor::Value{static_cast<std::int64_t>(key.alg)});
    map.emplace_back(cbor::Value{"key"}, cbor::Value{key.spki});
    return cbor::Value{std::move(map)};
}

Expected<AccountKey, ArgsError> account_key_from(const cbor::Value& value, std::string_view field) {
    return key_of(value, field, Keys::parsed);
}

Bytes encode_register_args(const RegisterArgs& args) {
    return cbor::encode_value(value_of(args));
}

Expected<RegisterArgs, ArgsError> register_args_from(const cbor::Value& value) {
    return args_of(value, Keys::parsed);
}

const AccountKey* Account::find_key(const Hash32& kid) const {
    const auto is_it = [&](const AccountKey& key) { return key.kid() == kid; };
    for (const auto* keys : {&args.keys, &added_keys}) {
        const auto it = std::ranges::find_if(*keys, is_it);
        if (it != keys->end()) return &*it;
    }
    return nullptr;
}

bool Account::has_role(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
}

Bytes encode_account(const Account& account) {
    cbor::Array roles;
    for (const std::string& role : account.roles)
        roles.push_back(cbor::Value{role});
    cbor::Map map;
    map.emplace_back(cbor::Value{1U}, value_of(account.args));
    map.emplace_back(cbor::Value{2U}, cbor::Value{std::move(roles)});
    map.emplace_back(cbor::Value{3U}, cbor::Value{static_cast<std::uint64_t>(account.status)});
    map.emplace_back(cbor::Value{4U}, value_of(account.added_keys));
    return cbor::encode_value(cbor::Value{std::move(map)});
}

Expected<Account, ArgsError> decode_account(BytesView bytes) {
    const auto value = cbor::decode_value(bytes);
    if (!value) return wrong("account", cbor::name_of(value.error()));
    const cbor::Value* args = value->find(1U);
    const cbor::Value* status = value->find(3U);
    const std::uint64_t* number = status == nullptr ? nullptr : status->as_uint();
    if (args == nullptr || number == nullptr || *number > 4)
        return wrong("account", "a key is missing");
    Account account;
    ROPE_TRY(account.args, args_of(*args, Keys::as_stored));
    ROPE_TRY(account.roles, roles_of(value->find(2U)));
    account.status = static_cast<AccountStatus>(*number);
    ROPE_TRY(account.added_keys,
             keys_of(value->find(4U), "added_keys", {.least = 0}, Keys::as_stored));
    return account;
}

}  // namespace ropenet
