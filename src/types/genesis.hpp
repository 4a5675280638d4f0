// Genesis: what a rope is from its first leaf on. Network identity = SHA-256 of its bytes.
//
//   genesis = { 1: origin, 2: format version, 3: gas version, 4: suite, 5: time_ms,
//               6: [* {1: register args, 2: [* role]}], 7: {role: [* account id]},
//               8: [+ {1: node name, 2: log vkey, 3: cosigner vkey}],
//               9: {native contract: SHA-256 of its manifest}, 10: {1: demo, 2: virtual clock},
//               11: {13: SHA-256 of policy.txt, 14: 32 zero bytes, 15: SHA-256 of keys.txt},
//               ? 12: {1: origin, 2: SHA-256 of its genesis, 3: height, 4: log size, 5: log root,
//                      6: largest log size known} }
//
// Key 12: this rope was begun where a restored one could not go on, and what is between 4 and what
// that one reached is missing here. Key 7, the charter, names who holds the four separated offices;
// key 6 gives other roles. Format: docs/spec/genesis.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"
#include "types/account.hpp"
#include "types/record.hpp"

namespace ropenet {

inline constexpr std::uint64_t kFormatVersion = 1;
inline constexpr std::uint64_t kGasVersion = 1;

struct GenesisAccount {
    RegisterArgs args;
    std::vector<std::string> roles;

    friend bool operator==(const GenesisAccount&, const GenesisAccount&) = default;
};

struct GenesisValidator {
    std::string name;
    std::string log_vkey;
    std::string cosigner_vkey;

    friend bool operator==(const GenesisValidator&, const GenesisValidator&) = default;
};

/// The rope whose place this one takes after a restore, as far as its backup told.
struct GenesisFollows {
    std::string origin;
    Hash32 genesis_digest{};
    std::uint64_t height = 0;  // restored up to here
    std::uint64_t log_size = 0;
    Hash32 log_root{};
    std::uint64_t known_size = 0;  // that it is known to have signed; not less than log_size

    friend bool operator==(const GenesisFollows&, const GenesisFollows&) = default;
};

struct Genesis {
    std::string origin;
    std::uint64_t format_version = kFormatVersion;
    std::uint64_t gas_version = kGasVersion;
    std::string suite = "intl";
    std::int64_t time_ms = 0;
    std::vector<GenesisAccount> accounts;
    std::map<std::string, std::vector<std::string>> charter;
    std::vector<GenesisValidator> validators;
    std::map<std::string, Hash32> native_manifests;
    bool demo = false;
    bool virtual_clock = false;
    PolicyRecord policy;
    std::optional<GenesisFollows> follows;

    friend bool operator==(const Genesis&, const Genesis&) = default;
};

enum class GenesisError : std::uint8_t {
    malformed,
    origin,
    unknown_format_version,
    unknown_gas_version,
    unknown_suite,
    account,
    charter,
    validators,
    follows,
    oversize,
};

std::string_view name_of(GenesisError error);

Bytes encode_genesis(const Genesis& genesis);
Expected<Genesis, GenesisError> decode_genesis(BytesView bytes);

}  // namespace ropenet
