// A checkpoint (C2SP tlog-checkpoint): the head of a log in three lines, nothing after them.
//
//   checkpoint = origin "\n" size "\n" base64(root) "\n"
//
// The text is what the log's key signs, and SHA-256 of it is the application hash. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Hash32 root{};

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

enum class CheckpointError : std::uint8_t { lines, origin, size, root };

std::string text_from_checkpoint(const Checkpoint& checkpoint);
Expected<Checkpoint, CheckpointError> checkpoint_from_text(std::string_view text);

/// A decimal number without sign or leading zeros, at most 2^53 - 1.
std::optional<std::uint64_t> decimal_from_text(std::string_view text);

}  // namespace ropenet
