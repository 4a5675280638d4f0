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

/// CommitmentProof for `key` (ICS-23's: SHA-256 of the full key) in a tree: exist if it is there,
/// otherwise nonexist with its neighbours in the order of positions. `leaves` are the tree's.
/// Errors: not_found when the tree is empty, of which ICS-23 can prove nothing; corrupt when stored
/// leaves are not those that the tree was made of.
Result<Bytes> prove(const StateTree& tree, const LeafReader& leaves, const Hash32& key);

}  // namespace ropenet::merkle
