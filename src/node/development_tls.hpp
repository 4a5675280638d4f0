// The TLS certificate that a node makes for itself, in its data folder: for development.
//
// Errors: exists, config (a host out of form), io. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "keys/key_file.hpp"
#include "node/data_folder.hpp"
#include "storage/file.hpp"

namespace ropenet::node {

struct DevelopmentTls {
    std::string folder;       // of the two public files
    std::string ca;           // PEM: what clients trust
    std::string certificate;  // PEM; written last
    std::string key;
};
DevelopmentTls development_tls(const DataFolder& folder);

Result<bool> has_development_tls(storage::FileSystem& files, const DataFolder& folder);

/// Makes authority, certificate and key. One that is there is refused (exists) or, with
/// Overwrite::allow, replaced; then clients must be told of the new authority.
Result<void> init_development_tls(storage::FileSystem& files, const DataFolder& folder,
                                  const std::vector<std::string>& hosts, const Clock& clock,
                                  keys::Overwrite overwrite);

}  // namespace ropenet::node
