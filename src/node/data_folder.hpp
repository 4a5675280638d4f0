// The data folder of a node: where everything lies, and how a new one is made.
//
//   node.toml  lock  node.json (addresses of the running node)
//   keys/<rope>-{log,cosign,receipt}.pem        0700, files 0600
//   signed/<rope>                               the largest log signed
//   keys/tsa{-ca,}.pem, tsa/{ca.pem,certificate.pem,book}       a timestamp authority, if any
//   ropes/<rope>/{genesis.cbor,policy.txt,keys.txt}, blocks/, log/, state/
//   dev/accounts.json, keys/<name>.pem, policy-<rope>.txt      development networks alone
//
// genesis.cbor is written last of a rope's files and names them, so a start after a crash in the
// middle goes on where it stopped. Threads: one. Errors: config, exists, io, corrupt.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "cosign/trust_files.hpp"
#include "node/config.hpp"
#include "storage/file.hpp"
#include "timestamp/authority_files.hpp"
#include "types/genesis.hpp"

namespace ropenet::node {

struct DataFolder {
    std::string path;

    std::string config() const { return path + "/node.toml"; }
    std::string running() const { return path + "/node.json"; }
    std::string keys() const { return path + "/keys"; }
    /// `purpose`: log, cosign or receipt.
    std::string key(const std::string& rope, const std::string& purpose) const {
        return path + "/keys/" + rope + "-" + purpose + ".pem";
    }
    std::string signed_state(const std::string& rope) const { return path + "/signed/" + rope; }
    std::string rope(const std::string& rope) const { return path + "/ropes/" + rope; }
    /// While this file is there, the node serves the rope and takes no transactions for it.
    std::string read_only_marker(const std::string& rope) const {
        return path + "/ropes/" + rope + "/READ-ONLY";
    }
    timestamp::AuthorityFiles tsa() const {
        return {.folder = path + "/tsa",
                .ca = path + "/tsa/ca.pem",
                .certificate = path + "/tsa/certificate.pem",
                .book = path + "/tsa/book",
                .ca_key = path + "/keys/tsa-ca.pem",
                .key = path + "/keys/tsa.pem"};
    }
    std::string dev() const { return path + "/dev"; }
    std::string dev_accounts() const { return path + "/dev/accounts.json"; }
    std::string dev_policy(const std::string& rope) const {
        return path + "/dev/policy-" + rope + ".txt";
    }
};

/// Whether the clock of a node is the machine's, or one that a test moves. Genesis says it.
enum class ClockKind : std::uint8_t { machine, is_virtual };

/// What a rope's part of the folder says.
struct RopeFiles {
    Bytes genesis;
    cosign::TrustTexts trust;
};

/// Mode 0700.
Result<void> make_private_folder(storage::FileSystem& files, const std::string& path);

/// Whether a node was ever set up there.
Result<bool> is_initialised(storage::FileSystem& files, const DataFolder& folder);

Result<Config> load_config(storage::FileSystem& files, const DataFolder& folder);

/// Makes what is missing and leaves what is there: config, keys, one rope after another; on a
/// development network the identities too. A folder of another network or with other ropes is
/// refused (config).
Result<void> init_data_folder(storage::FileSystem& files, const DataFolder& folder,
                              const Config& config, const Clock& clock,
                              ClockKind kind = ClockKind::machine);

/// A new rope with new keys in the place of one that cannot go on; `genesis` is that one's, and
/// its accounts, charter and contracts are taken over. Its policy is written as for a new rope.
Result<void> init_following_rope(storage::FileSystem& files, const DataFolder& folder,
                                 Genesis genesis, std::int64_t time_ms);

/// A timestamp authority in the folder, which need not be initialised: the ropes that are made
/// after it list its certificate in keys.txt, those made before do not. `exists` if there is one.
Result<void> init_authority(storage::FileSystem& files, const DataFolder& folder,
                            const timestamp::AuthorityName& name, const Clock& clock);

Result<RopeFiles> load_rope_files(storage::FileSystem& files, const DataFolder& folder,
                                  const std::string& rope);
Result<cosign::CosignKeys> load_cosign_keys(const DataFolder& folder, const std::string& rope);

}  // namespace ropenet::node
