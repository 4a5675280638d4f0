// Reads the export of a rope (types/rope_export.hpp) out of a ledger: its log with the transaction
// and the outcome of each record, under a signed checkpoint.
//
// Does not decide who may have it. Threads: any. Errors: io or corrupt, when storage fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/reader.hpp"
#include "types/rope_export.hpp"

namespace ropenet::ledger {

/// The texts that a rope is exported with. The note covers what is exported.
struct ExportTexts {
    std::string policy;
    std::string keys;
    std::string note;
};

/// Leaves [from, size) of a log whose tiles are read as those of `tiled` leaves: the size of the
/// checkpoint, or of an earlier one.
struct ExportRange {
    std::uint64_t from = 0;
    std::uint64_t size = 0;
    std::uint64_t tiled = 0;
};

/// Pre: from <= size <= tiled, which is the note's size.
Result<ExportHeader> export_header(const Reader& reader, const ExportTexts& texts,
                                   const ExportRange& range);

/// The leaves from range.from on: at least one, at most to the end of its tile of 256, no more when
/// they have come to `bytes_max`. Pre: from < size <= tiled.
Result<std::vector<ExportLeaf>> export_leaves(const Reader& reader, const ExportRange& range,
                                              std::size_t bytes_max);

}  // namespace ropenet::ledger
