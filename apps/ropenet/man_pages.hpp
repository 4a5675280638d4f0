// Manual pages of section 1 (man(7) macros), one for each command, out of the command line's own
// tree. Pure; the date is the caller's, so that the same version gives the same bytes.
#pragma once

#include <map>
#include <string>

#include "ropenet/cli_tree.hpp"

namespace ropenet::cli {

struct ManFacts {
    std::string version;
    std::string date;  // 2026-01-31
};

/// File name (`ropenet-evidence-deposit.1`) -> page.
std::map<std::string, std::string> man_pages(const CliCommand& root, const ManFacts& facts);

}  // namespace ropenet::cli
