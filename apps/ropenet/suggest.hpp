// "did you mean": the known word nearest to one that is not known.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ropenet::cli {

/// For the first word of `args` that no verb or option of the program is called; empty when nothing
/// is near.
std::string suggestion_for(const CLI::App& app, const std::vector<std::string_view>& args);

}  // namespace ropenet::cli
