// The export of a rope as verbs need it: judged, and where it came from does not matter.
#pragma once

#include <filesystem>
#include <optional>

#include "ropenet/answer.hpp"
#include "verify/verify_export.hpp"

namespace ropenet::cli {

Expected<verify::ExportReport, Failure> judge_export_file(
    const std::filesystem::path& path, const std::optional<verify::TrustedPolicy>& trust);

/// For `log verify --export`.
VerbResult verify_export_file(const std::filesystem::path& path,
                              const std::optional<verify::TrustedPolicy>& trust);

}  // namespace ropenet::cli
