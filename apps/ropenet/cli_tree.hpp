// The command line as data: every verb with its options, read from the parser itself, so that
// completion and manual pages cannot say anything else than `--help`.
//
// Knows no shell and no page format. Plain values.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace ropenet::cli {

struct CliOption {
    std::vector<std::string> names;  // "--json", "-h"; of a positional its one name
    std::string what;                // a sentence, without the choices
    std::vector<std::string> choices;
    bool takes_value = false;
    bool repeats = false;
    bool required = false;
};

struct CliCommand {
    std::string path;  // "ropenet evidence deposit"
    std::string name;
    std::string what;      // the first line of its description
    std::string examples;  // the lines of its examples, two spaces before each; may be empty
    std::vector<CliOption> options;
    std::vector<CliOption> positionals;
    std::vector<CliCommand> verbs;
};

CliCommand tree_of(const CLI::App& app);

/// The command and everything below it, each before its verbs.
std::vector<const CliCommand*> all_of(const CliCommand& root);

}  // namespace ropenet::cli
