// How help is laid out: what a verb does and examples first, then usage and options, in the
// reader's language.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>

#include "ropenet/answer.hpp"

namespace ropenet::cli {

std::shared_ptr<CLI::Formatter> make_help_formatter(Lang lang);

/// Below the help of every verb: the options that all of them take.
Words common_options();
/// The same for the verbs that serve.
Words serving_options();

}  // namespace ropenet::cli
