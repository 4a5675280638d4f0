// Checks a whole log from its files: signatures, every tile from the entries, root, every record.
//
// Reads through a function, so a folder, a web server and a test are the same. Holds one tile of
// entries at a time. Threads: one caller. Errors: never; a damaged log is a report.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "verify/bundle_verifier.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

/// Path below the log's prefix (`checkpoint`, `tile/0/000`, `tile/entries/000.p/7`) -> content.
using LogReader = std::function<std::optional<Bytes>(std::string_view path)>;

struct LogReport {
    Verdict verdict;  // valid: signed under the trusted policy; consistent: no policy given
    std::string origin;
    std::uint64_t size = 0;
    Hash32 root{};
    std::uint64_t height = 0;  // of the last record
    std::uint64_t tx_count = 0;
};

/// `trust` names the policy whose log and witnesses must have signed; without it signatures are
/// not judged and the verdict is at best `consistent`.
LogReport verify_log(const LogReader& read, const std::optional<TrustedPolicy>& trust);

/// The path of a tile: level and index, and its width if it is partial (C2SP tlog-tiles).
std::string tile_path(std::string_view level, std::uint64_t index, std::uint64_t width);

}  // namespace ropenet::verify
