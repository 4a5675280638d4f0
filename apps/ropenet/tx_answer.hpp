// The API's tx object as a verb's answer: words, and the exit code of its status.
#pragma once

#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// 2026-01-31T09:30:00Z
std::string utc_text(std::uint64_t time_ms);

Answer answer_of_tx(const json::Value& tx);

}  // namespace ropenet::cli
