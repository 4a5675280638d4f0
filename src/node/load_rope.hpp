// Makes a data folder out of the export of a rope: every block is executed again and must lead to
// the records that the export holds, byte for byte.
//
// The folder gets the checkpoint that the export came under and no private key: a node on it
// answers reads and evidence-free questions, and takes no transactions (read_only_marker). Knows no
// file of an export; the caller reads it and has verified it.
// Threads: one. Errors: invalid for an export that is no whole rope or leads elsewhere; io, exists.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "node/data_folder.hpp"
#include "storage/file.hpp"
#include "types/rope_export.hpp"

namespace ropenet::node {

using NextExportItem = std::function<Result<std::optional<ExportItem>>()>;

struct LoadedRope {
    std::string origin;
    std::uint64_t height = 0;
    std::uint64_t log_size = 0;
    std::uint64_t tx_count = 0;
    Hash32 state_root{};
    Hash32 log_root{};
};

struct LoadParts {
    storage::FileSystem& files;
    Log& log;
    std::function<void(std::uint64_t records, std::uint64_t of)> progress;  // after each block
};

/// `folder` must not hold a node yet; a folder left behind by a failure is to be removed.
Result<LoadedRope> load_rope(const DataFolder& folder, const NextExportItem& next,
                             const LoadParts& parts);

}  // namespace ropenet::node
