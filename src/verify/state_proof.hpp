// Checks that a key has a value, or is absent, under a state root: ICS-23 with the JMT constants.
//
//   proof.ics23 = cosmos.ics23.v1.CommitmentProof { 1: exist | 2: nonexist }, in canonical
//   protobuf:
//                 fields in order, shortest varints, nothing unknown, nothing at its default
//   ICS-23 key = SHA-256(full key), ICS-23 value = SHA-256(value)
//   leaf  = SHA-256("JMT::LeafNode" || SHA-256(ICS-23 key) || SHA-256(ICS-23 value))
//   inner = SHA-256("JMT::IntrnalNode" || left || right), placeholder for an empty side
//
// Stricter than the standard: each step of a path must go the way of its leaf's position.
// Shares nothing with the code that makes proofs. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet::verify {

inline constexpr std::size_t kStateDepthMax = 256;

enum class StateProofError : std::uint8_t {
    malformed,   // not canonical protobuf of one existence or non-existence proof
    spec,        // other hash operations, lengths or prefixes than the specification's
    kind,        // proves presence where absence is claimed, or the reverse
    key,         // of another key
    value,       // of another value
    position,    // a path that does not lead to its leaf's position
    neighbours,  // not the nearest leaves on both sides of the key
    root,        // leads to another root
};

struct StateClaim {
    BytesView key;                   // full key: contract id, 0x00, key
    std::optional<BytesView> value;  // absent: the key is claimed to be absent
};

Expected<void, StateProofError> verify_state_proof(BytesView proof, const StateClaim& claim,
                                                   const Hash32& state_root);

}  // namespace ropenet::verify
