// Completion scripts for bash, zsh and fish, out of the command line's own tree. Pure.
#pragma once

#include <string>

#include "ropenet/cli_tree.hpp"

namespace ropenet::cli {

std::string bash_completion(const CliCommand& root);
std::string zsh_completion(const CliCommand& root);
std::string fish_completion(const CliCommand& root);

}  // namespace ropenet::cli
