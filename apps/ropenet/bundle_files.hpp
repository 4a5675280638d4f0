// Bundles on disk, and verdicts as answers.
#pragma once

#include <filesystem>

#include "ropenet/answer.hpp"
#include "types/bundle.hpp"
#include "verify/verdict.hpp"

namespace ropenet::cli {

/// A folder, or a tar as the API gives it.
Expected<BundleFiles, Failure> read_bundle(const std::filesystem::path& path);

/// A folder that is not there yet, or holds these very files.
Expected<void, Failure> write_bundle(const std::filesystem::path& folder, const BundleFiles& files);

/// Exit 0, 7 or 8; the checks in words.
Answer answer_of_verdict(const verify::Verdict& verdict);

}  // namespace ropenet::cli
