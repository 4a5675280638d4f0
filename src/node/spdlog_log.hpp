// The Log of a process: lines with time, level and module on standard error.
//
// Threads: any. Errors: none; a line that cannot be written is lost.
#pragma once

#include <memory>

#include "base/log.hpp"

namespace ropenet::node {

/// Lines below `level` are dropped.
std::unique_ptr<Log> make_console_log(LogLevel level);

}  // namespace ropenet::node
