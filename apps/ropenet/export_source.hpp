// Where an export is read from: a node over HTTP, or the data folder of one that does not run.
//
// Both give the same items. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "ropenet/answer.hpp"
#include "ropenet/options.hpp"
#include "types/rope_export.hpp"

namespace ropenet::cli {

class ExportSource {
  public:
    virtual ~ExportSource() = default;
    /// The log's size after that height.
    virtual Expected<std::uint64_t, Failure> size_after(std::uint64_t height) = 0;
    /// The header, then the leaves, then the end, each to `take`.
    using Take = std::function<Expected<void, Failure>(const ExportItem&)>;
    virtual Expected<void, Failure> read(std::uint64_t from, std::optional<std::uint64_t> size,
                                         const Take& take) = 0;
};

/// `offline`: the data folder's rope, which no node may have open.
Expected<std::unique_ptr<ExportSource>, Failure> open_export_source(const Options& options,
                                                                    bool offline);

}  // namespace ropenet::cli
