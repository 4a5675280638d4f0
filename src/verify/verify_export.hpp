// Checks the export of a rope: every record accounted for, every transaction and outcome the one
// its record names, all of it under a signed checkpoint.
//
// Reads item by item through a function; what it keeps grows by one id a transaction. What went
// wrong is named with the number of its item, which is the line of an NDJSON file. One caller.
// Errors: never; a damaged export is a report.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "crypto/ed25519_table.hpp"
#include "types/rope_export.hpp"
#include "verify/bundle_verifier.hpp"
#include "verify/verdict.hpp"

namespace ropenet::verify {

/// The next item; absent at the end; why it cannot be read.
using NextExportItem = std::function<Expected<std::optional<ExportItem>, std::string>()>;

struct ExportReport {
    Verdict verdict;  // valid: signed under the trusted policy; consistent: no policy given
    std::string origin;
    std::uint64_t from = 0;
    std::uint64_t size = 0;
    Hash32 root{};             // of the first `size` leaves
    std::uint64_t height = 0;  // of the last record
    std::uint64_t tx_count = 0;
};

/// Signatures are checked in batches, Ed25519 by `ed25519`; empty: by OpenSSL.
ExportReport verify_export(const NextExportItem& next, const std::optional<TrustedPolicy>& trust,
                           const crypto::Ed25519Table& ed25519 = {});

}  // namespace ropenet::verify
