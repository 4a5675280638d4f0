// The main job: the policy register on a running node, from registration to offline evidence.
//
// Prints what was really done as it is done; the document holds the same. Safe to run again: what
// is on the ledger already is not sent again.
#pragma once

#include <filesystem>

#include "ropenet/answer.hpp"
#include "ropenet/console.hpp"
#include "ropenet/options.hpp"

namespace ropenet::cli {

/// `options` name the running node; `data` is its data folder, whose development identities act.
VerbResult play_main_job(const Console& console, const Options& options,
                         const std::filesystem::path& data);

}  // namespace ropenet::cli
