// Whom a rope's evidence is to be trusted by, and the private keys of this node that fit it.
//
// The files lie beside genesis.cbor, whose key 11 binds them. Knows no paths.
// Errors: config, when keys, policy and genesis do not belong together. Plain values; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "keys/signer.hpp"
#include "types/genesis.hpp"
#include "types/note.hpp"
#include "types/trust_policy.hpp"

namespace ropenet::cosign {

/// The private keys with which a node vouches for one rope.
struct CosignKeys {
    std::unique_ptr<keys::Signer> log;      // Ed25519: the log's line of a checkpoint
    std::unique_ptr<keys::Signer> witness;  // Ed25519: the cosignature
    std::unique_ptr<keys::Signer> receipt;  // ES256
};

/// The witness name of node `name`: its key name is its host under the origin's network.
struct NodeNames {
    std::string origin;
    std::string node = "node-1";
};

/// The texts of policy.txt and keys.txt.
struct TrustTexts {
    std::string policy;
    std::string keys;
};

/// The notes' keys of a node: log key and witness key.
NoteKey log_key_of(const std::string& origin, const crypto::PublicKey& key);
NoteKey witness_key_of(const NodeNames& names, const crypto::PublicKey& key);

/// The policy and key list of a rope with this node alone. `tsa`: certificates of its timestamp
/// authorities.
TrustTexts make_trust(const NodeNames& names, const CosignKeys& keys, std::vector<Hash32> tsa = {});

/// What genesis says of them (key 8 and 11).
GenesisValidator validator_of(const NodeNames& names, const CosignKeys& keys);
PolicyRecord first_policy_of(const TrustTexts& texts);

/// Parsed and checked against each other: the policy is that of genesis, names this log key and
/// this witness key, and keys.txt lists this receipt key.
struct Trust {
    TrustTexts texts;
    TrustPolicy policy;
    NoteKey log;
    NoteKey witness;
};

/// The same without keys of one's own, to show what others have signed: log and witness are the
/// policy's first.
Result<Trust> check_trust(TrustTexts texts, const Genesis& genesis);
Result<Trust> check_trust(TrustTexts texts, const CosignKeys& keys, const Genesis& genesis);

}  // namespace ropenet::cosign
