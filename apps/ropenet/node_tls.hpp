// The noun `node tls`: a certificate for development in the data folder.
#pragma once

#include "ropenet/verbs.hpp"

namespace ropenet::cli {

void add_node_tls(Program& program, CLI::App* noun);

}  // namespace ropenet::cli
