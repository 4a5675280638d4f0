// doctor: what is wrong with a data folder, its machine and its node, each with its fix.
//
// Changes nothing: it times the disk with a temporary file, and takes the lock of a folder that
// nobody holds for a moment. A folder in any state gives findings, never a crash. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/config.hpp"
#include "node/data_folder.hpp"
#include "ropenet/answer.hpp"
#include "ropenet/options.hpp"

namespace ropenet::cli {

enum class Severity : std::uint8_t { ok, note, warning, problem };

struct Finding {
    std::string_view id;  // stable
    Severity severity = Severity::ok;
    Words what;
    Words fix;  // empty when there is nothing to do
};

using Findings = std::vector<Finding>;

// doctor_folder.cpp: keys, ropes, disk
void look_at_keys(const node::DataFolder& folder, const node::Config& config, Findings& out);
void look_at_ropes(const node::DataFolder& folder, const node::Config& config, Findings& out);
void look_at_disk(const node::DataFolder& folder, Findings& out);

// doctor_machine.cpp: clock, limits, CPU, ports, the running node
void look_at_clock(const node::DataFolder& folder, const node::Config& config, Findings& out);
void look_at_machine(Findings& out);
/// Whether the node of the folder runs and answers; else whether its address is free.
void look_at_node(const Options& options, const node::DataFolder& folder,
                  const node::Config& config, Findings& out);

}  // namespace ropenet::cli
