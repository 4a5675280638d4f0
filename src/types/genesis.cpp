#include "types/genesis.hpp"

#include <algorithm>

#include "codec/cbor.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

using cbor::Array;
using cbor::Map;
using cbor::Value;

void put(Map& map, std::uint64_t key, Value value) {
    map.emplace_back(Value{key}, std::move(value));
}

Value texts(const std::vector<std::string>& items) {
    Array out;
    for (const std::string& item : items)
        out.push_back(Value{item});
    return Value{std::move(out)};
}

std::optional<std::vector<std::string>> texts_from(const Value* value) {
    const Array* items = value == nullptr ? nullptr : value->as_array();
    if (items == nullptr) return std::nullopt;
    std::vector<std::string> out;
    for (const Value& item : *items) {
        const std::string* text = item.as_text();
        if (text == nullptr) return std::nullopt;
        out.push_back(*text);
    }
    return out;
}

std::optional<std::string> text_at(const Value& map, std::uint64_t key) {
    const Value* value = map.find(key);
    const std::string* text = value == nullptr ? nullptr : value->as_text();
    return text == nullptr ? std::nullopt : std::optional{*text};
}

std::optional<std::uint64_t> uint_at(const Value& map, std::uint64_t key) {
    const Value* value = map.find(key);
    const std::uint64_t* number = value == nullptr ? nullptr : value->as_uint();
    if (number == nullptr || *number > kIntegerMax) return std::nullopt;
    return *number;
}

std::optional<bool> bool_at(const Value& map, std::uint64_t key) {
    const Value* value = map.find(key);
    const bool* flag = value == nullptr ? nullptr : value->as_bool();
    return flag == nullptr ? std::nullopt : std::optional{*flag};
}

std::optional<Hash32> hash_at(const Value& map, std::uint64_t key) {
    const Value* value = map.find(key);
    const Bytes* bytes = value == nullptr ? nullptr : value->as_bytes();
    return bytes == nullptr ? std::nullopt : hash32_from(*bytes);
}

Value value_of_accounts(const std::vector<GenesisAccount>& accounts) {
    Array out;
    for (const GenesisAccount& account : accounts) {
        Map map;
        // The args stand as they would in a register transaction, so that the id is their hash.
        const auto args = cbor::decode_value(encode_register_args(account.args));
        ROPE_CHECK(args.has_value());
        put(map, 1, *args);
        put(map, 2, texts(account.roles));
        out.push_back(Value{std::move(map)});
    }
    return Value{std::move(out)};
}

std::optional<std::vector<GenesisAccount>> accounts_from(const Value* value) {
    const Array* items = value == nullptr ? nullptr : value->as_array();
    if (items == nullptr || items->size() > kGenesisAccountsMax) return std::nullopt;
    std::vector<GenesisAccount> out;
    for (const Value& item : *items) {
        const Value* args_value = item.find(1U);
        auto roles = texts_from(item.find(2U));
        if (args_value == nullptr || !roles || item.size() != 2) return std::nullopt;
        auto args = register_args_from(*args_value);
        if (!args) return std::nullopt;
        out.push_back({.args = *std::move(args), .roles = *std::move(roles)});
    }
    return out;
}

Value value_of_charter(const Genesis& genesis) {
    Map map;
    for (const auto& [role, holders] : genesis.charter) {
        map.emplace_back(Value{role}, texts(holders));
    }
    return Value{std::move(map)};
}

std::optional<std::map<std::string, std::vector<std::string>>> charter_from(const Value* value) {
    const Map* map = value == nullptr ? nullptr : value->as_map();
    if (map == nullptr) return std::nullopt;
    std::map<std::string, std::vector<std::string>> out;
    for (const auto& [key, holders_value] : *map) {
        const std::string* role = key.as_text();
        auto holders = texts_from(&holders_value);
        if (role == nullptr || !holders) return std::nullopt;
        out.emplace(*role, *std::move(holders));
    }
    return out;
}

Value value_of_validators(const std::vector<GenesisValidator>& validators) {
    Array out;
    for (const GenesisValidator& validator : validators) {
        Map map;
        put(map, 1, Value{validator.name});
        put(map, 2, Value{validator.log_vkey});
        put(map, 3, Value{validator.cosigner_vkey});
        out.push_back(Value{std::move(map)});
    }
    return Value{std::move(out)};
}

std::optional<std::vector<GenesisValidator>> validators_from(const Value* value) {
    const Array* items = value == nullptr ? nullptr : value->as_array();
    if (items == nullptr || items->empty()) return std::nullopt;
    std::vector<GenesisValidator> out;
    for (const Value& item : *items) {
        auto name = text_at(item, 1);
        auto log = text_at(item, 2);
        auto cosigner = text_at(item, 3);
        if (!name || !log || !cosigner || item.size() != 3) return std::nullopt;
        out.push_back({.name = *std::move(name),
                       .log_vkey = *std::move(log),
                       .cosigner_vkey = *std::move(cosigner)});
    }
    return out;
}

std::optional<std::map<std::string, Hash32>> manifests_from(const Value* value) {
    const Map* map = value == nullptr ? nullptr : value->as_map();
    if (map == nullptr) return std::nullopt;
    std::map<std::string, Hash32> out;
    for (const auto& [key, digest] : *map) {
        const std::string* id = key.as_text();
        const Bytes* bytes = digest.as_bytes();
        const auto hash = bytes == nullptr ? std::nullopt : hash32_from(*bytes);
        if (id == nullptr || !hash) return std::nullopt;
        out.emplace(*id, *hash);
    }
    return out;
}

Value value_of_policy(const PolicyRecord& policy) {
    Map map;
    put(map, 13, Value{to_bytes(policy.policy_digest)});
    put(map, 14, Value{to_bytes(policy.previous_digest)});
    put(map, 15, Value{to_bytes(policy.keys_digest)});
    return Value{std::move(map)};
}

std::optional<PolicyRecord> policy_from(const Value* value) {
    if (value == nullptr || value->size() != 3) return std::nullopt;
    const auto policy = hash_at(*value, 13);
    const auto previous = hash_at(*value, 14);
    const auto keys = hash_at(*value, 15);
    if (!policy || !keys || previous != std::optional{Hash32{}}) return std::nullopt;
    return PolicyRecord{
        .policy_digest = *policy, .previous_digest = *previous, .keys_digest = *keys};
}

Value value_of_follows(const GenesisFollows& follows) {
    Map map;
    put(map, 1, Value{follows.origin});
    put(map, 2, Value{to_bytes(follows.genesis_digest)});
    put(map, 3, Value{follows.height});
    put(map, 4, Value{follows.log_size});
    put(map, 5, Value{to_bytes(follows.log_root)});
    put(map, 6, Value{follows.known_size});
    return Value{std::move(map)};
}

std::optional<GenesisFollows> follows_from(const Value& value) {
    const auto origin = text_at(value, 1);
    const auto genesis_digest = hash_at(value, 2);
    const auto height = uint_at(value, 3);
    const auto log_size = uint_at(value, 4);
    const auto log_root = hash_at(value, 5);
    const auto known_size = uint_at(value, 6);
    if (!origin || !genesis_digest || !height || !log_size || !log_root || !known_size ||
        value.size() != 6 || !is_origin(*origin) || *known_size < *log_size) {
        return std::nullopt;
    }
    return GenesisFollows{.origin = *origin,
                          .genesis_digest = *genesis_digest,
                          .height = *height,
                          .log_size = *log_size,
                          .log_root = *log_root,
                          .known_size = *known_size};
}

/// The versions first: a binary that does not know one must say that, whatever else it finds.
Expected<void, GenesisError> read_versions(const Value& map, Genesis& genesis) {
    const auto origin = text_at(map, 1);
    const auto format = uint_at(map, 2);
    const auto gas = uint_at(map, 3);
    const auto suite = text_at(map, 4);
    if (!origin || !format || !gas || !suite) return Unexpected{GenesisError::malformed};
    if (*format != kFormatVersion) return Unexpected{GenesisError::unknown_format_version};
    if (*gas != kGasVersion) return Unexpected{GenesisError::unknown_gas_version};
    if (*suite != "intl") return Unexpected{GenesisError::unknown_suite};
    if (!is_origin(*origin)) return Unexpected{GenesisError::origin};
    genesis.origin = *origin;
    genesis.suite = *suite;
    return {};
}

Expected<void, GenesisError> read_parties(const Value& map, Genesis& genesis) {
    auto accounts = accounts_from(map.find(6U));
    auto charter = charter_from(map.find(7U));
    auto validators = validators_from(map.find(8U));
    if (!accounts) return Unexpected{GenesisError::account};
    if (!charter) return Unexpected{GenesisError::charter};
    if (!validators) return Unexpected{GenesisError::validators};
    genesis.accounts = *std::move(accounts);
    genesis.charter = *std::move(charter);
    genesis.validators = *std::move(validators);
    return {};
}

}  // namespace

std::string_view name_of(GenesisError error) {
    switch (error) {
        case GenesisError::malformed:
            return "malformed";
        case GenesisError::origin:
            return "origin";
        case GenesisError::unknown_format_version:
            return "unknown_format_version";
        case GenesisError::unknown_gas_version:
            return "unknown_gas_version";
        case GenesisError::unknown_suite:
            return "unknown_suite";
        case GenesisError::account:
            return "account";
        case GenesisError::charter:
            return "charter";
        case GenesisError::validators:
            return "validators";
        case GenesisError::follows:
            return "follows";
        case GenesisError::oversize:
            return "oversize";
    }
    return "malformed";
}

Bytes encode_genesis(const Genesis& genesis) {
    Map manifests;
    for (const auto& [id, digest] : genesis.native_manifests) {
        manifests.emplace_back(Value{id}, Value{to_bytes(digest)});
    }
    Map flags;
    put(flags, 1, Value{genesis.demo});
    put(flags, 2, Value{genesis.virtual_clock});
    Map map;
    put(map, 1, Value{genesis.origin});
    put(map, 2, Value{genesis.format_version});
    put(map, 3, Value{genesis.gas_version});
    put(map, 4, Value{genesis.suite});
    put(map, 5, Value{static_cast<std::uint64_t>(genesis.time_ms)});
    put(map, 6, value_of_accounts(genesis.accounts));
    put(map, 7, value_of_charter(genesis));
    put(map, 8, value_of_validators(genesis.validators));
    put(map, 9, Value{std::move(manifests)});
    put(map, 10, Value{std::move(flags)});
    put(map, 11, value_of_policy(genesis.policy));
    if (genesis.follows) put(map, 12, value_of_follows(*genesis.follows));
    return cbor::encode_value(Value{std::move(map)});
}

Expected<Genesis, GenesisError> decode_genesis(BytesView bytes) {
    if (bytes.size() > kGenesisBytesMax) return Unexpected{GenesisError::oversize};
    const auto map = cbor::decode_value(bytes);
    if (!map) return Unexpected{GenesisError::malformed};
    Genesis genesis;
    if (const auto done = read_versions(*map, genesis); !done) return Unexpected{done.error()};
    const bool has_follows = map->find(12U) != nullptr;
    if (map->size() != (has_follows ? 12U : 11U)) return Unexpected{GenesisError::malformed};
    if (const auto done = read_parties(*map, genesis); !done) return Unexpected{done.error()};

    const auto time_ms = uint_at(*map, 5);
    auto manifests = manifests_from(map->find(9U));
    const Value* flags = map->find(10U);
    const auto policy = policy_from(map->find(11U));
    if (!time_ms || !manifests || flags == nullptr || !policy) {
        return Unexpected{GenesisError::malformed};
    }
    const auto demo = bool_at(*flags, 1);
    const auto virtual_clock = bool_at(*flags, 2);
    if (!demo || !virtual_clock || flags->size() != 2) return Unexpected{GenesisError::malformed};
    // A development network says so twice, and the two must agree.
    if (*demo != is_demo_origin(genesis.origin)) return Unexpected{GenesisError::origin};
    genesis.time_ms = static_cast<std::int64_t>(*time_ms);
    genesis.native_manifests = *std::move(manifests);
    genesis.demo = *demo;
    genesis.virtual_clock = *virtual_clock;
    genesis.policy = *policy;
    if (has_follows) {
        genesis.follows = follows_from(*map->find(12U));
        if (!genesis.follows) return Unexpected{GenesisError::follows};
    }
    return genesis;
}

}  // namespace ropenet
