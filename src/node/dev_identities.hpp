// The identities of a development network: people and offices that anybody may sign for.
//
// Their keys lie open in <data>/dev/keys, so nothing they sign has evidential value. Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "node/data_folder.hpp"
#include "types/genesis.hpp"

namespace ropenet::node {

/// The first accounts and the charter that give every identity its place.
struct DevIdentities {
    std::vector<GenesisAccount> accounts;
    std::map<std::string, std::vector<std::string>> charter;
};

/// Makes missing keys and dev/accounts.json; what is there stays as it is.
Result<DevIdentities> ensure_dev_identities(storage::FileSystem& files, const DataFolder& folder);

}  // namespace ropenet::node
