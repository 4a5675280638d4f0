// An inclusion proof with its checkpoint as one text file (C2SP tlog-proof v1, no extra line).
//
//   proof = "c2sp.org/tlog-proof@v1\n" "index " decimal "\n" *(base64(hash) "\n") "\n" note
//
// Carries the note as it stands; says nothing about whether path or signatures are right.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

/// A tree of fewer than 2^53 leaves has no longer path.
inline constexpr std::size_t kProofHashesMax = 63;

struct TlogProof {
    std::uint64_t index = 0;
    std::vector<Hash32> path;  // from the leaf's sibling up
    std::string note;          // the signed checkpoint, with its signature lines

    friend bool operator==(const TlogProof&, const TlogProof&) = default;
};

enum class TlogProofError : std::uint8_t { header, index, hash, too_many, note };

std::string text_from_proof(const TlogProof& proof);
Expected<TlogProof, TlogProofError> proof_from_text(std::string_view text);

}  // namespace ropenet
