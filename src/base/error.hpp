// The world failed: disk, socket, peer, configuration. A rejected input has an enum of its module.
//
// The code decides what a program does next (exit code, HTTP status); the sentence tells a person.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/expected.hpp"

namespace ropenet {

enum class ErrorCode : std::uint8_t {
    invalid,      // what was given can never work as it stands
    not_found,    // the named thing is not here
    exists,       // the named thing is here already
    unavailable,  // a peer or socket did not answer; may work later
    busy,         // a limit is reached; try later
    io,           // a storage operation failed; nothing durable may be claimed afterwards
    corrupt,      // bytes read back are not what was written
    config,       // a file or option of the operator is wrong
};

struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string what;  // one line: what was tried, on what, and why it failed
};

/// Puts what the caller was doing in front of why it failed.
inline Error with_context(std::string context, const Error& error) {
    return {.code = error.code, .what = std::move(context) + ": " + error.what};
}

template <typename T>
using Result = Expected<T, Error>;

inline Unexpected<Error> fail(ErrorCode code, std::string what) {
    return Unexpected{Error{.code = code, .what = std::move(what)}};
}

}  // namespace ropenet
