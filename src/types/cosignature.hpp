// A witness cosignature (C2SP tlog-cosignature, Ed25519, type 0x04).
//
//   signature = time_s[8, big-endian] || ed25519[64]
//   message   = "cosignature/v1\ntime " decimal(time_s) "\n" checkpoint-text
//
// It says: at that time this was the largest consistent tree the witness had seen. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "types/note.hpp"

namespace ropenet {

struct Cosignature {
    std::uint64_t time_s = 0;  // seconds since 1970, at most 2^63 - 1
    Signature64 signature{};

    friend bool operator==(const Cosignature&, const Cosignature&) = default;
};

/// What the witness signs. Pre: time_s <= 2^63 - 1.
Bytes cosignature_message(std::string_view note_text, std::uint64_t time_s);

Bytes encode_cosignature(const Cosignature& cosignature);
/// Absent for another length or a time above 2^63 - 1.
std::optional<Cosignature> decode_cosignature(BytesView bytes);

}  // namespace ropenet
