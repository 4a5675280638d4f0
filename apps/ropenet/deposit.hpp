// What a deposit says of some content, and the action that says it. The one place of the command
// line that knows the arguments of system.evidence/deposit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "ropenet/answer.hpp"
#include "ropenet/session.hpp"

namespace ropenet::cli {

struct Deposit {
    Hash32 sha256{};
    std::string media_type = "application/octet-stream";
    std::uint64_t size = 0;
    std::map<std::string, std::string> fields;
    std::optional<Hash32> commitment;
};

Action action_of(const Deposit& deposit);

struct FileFacts {
    Hash32 sha256{};
    std::uint64_t size = 0;
};

/// The file is read in pieces: it may be larger than memory.
Expected<FileFacts, Failure> facts_of_file(const std::string& path);

}  // namespace ropenet::cli
