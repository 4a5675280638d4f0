// Ed25519 signatures at the edges of the rule of verify.hpp, each with the verdict that the rule
// gives, worked out without any verifier: for tests of every implementation of it.
//
// Where implementations are known to differ: ed25519-speccheck ("Taming the many EdDSAs", 2020);
// keys and R with a part of small order, where [S]B = R + [k]A may fail although eight times it
// holds; S and points out of range; messages around the block length of SHA-512.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace ropenet::crypto::testing {

struct Ed25519Edge {
    std::string name;
    Bytes point;  // the key's 32 bytes; not always one that public_key_from_spki takes
    Bytes message;
    Bytes signature;
    bool accepted = false;
};

/// Signatures by keys [a]B + [i]T with R = [r]B + [j]T, T of order eight: eight times the equation
/// always holds, the equation itself exactly if j + k i is divisible by eight. Immutable.
class MixedOrder {
  public:
    MixedOrder();
    /// Pre: i, j < 8.
    Ed25519Edge sign(unsigned i, unsigned j, Bytes message) const;

  private:
    std::vector<Bytes> points_;
    std::vector<Bytes> r_encodings_;
};

/// Some hundred cases, the same on every run.
std::vector<Ed25519Edge> ed25519_edges();

}  // namespace ropenet::crypto::testing
