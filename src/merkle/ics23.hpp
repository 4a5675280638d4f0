// Proofs that a key has a value in a state tree, or has none: ICS-23 CommitmentProof in protobuf.
//
// The bytes are the shortest protobuf in field order, nothing at its default. Verifies nothing:
// that is `verify`'s work. Pure; any thread, as far as the reader allows.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::merkle {

/// CommitmentProof for `key` (ICS-23's: SHA-256 of the full key) in the tree of `version`: exist if
/// it is there, otherwise nonexist with its neighbours in the order of positions.
/// Errors: not_found when the version is not stored or the tree is empty, of which ICS-23 can prove
/// nothing; corrupt when a stored node does not have the hash its parent names.
Result<Bytes> prove(const NodeReader& reader, std::uint64_t version, const Hash32& key);

}  // namespace ropenet::merkle
