// A command line that cannot be understood, in words that help: what is unknown, what was meant.
#pragma once

#include <CLI/CLI.hpp>

#include <string_view>
#include <vector>

#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// Why `app` did not take `args`, and the verb or option nearest to the first unknown word.
Failure usage_failure_of(const CLI::App& app, const std::vector<std::string_view>& args,
                         const CLI::ParseError& error);

}  // namespace ropenet::cli
