// The API's tx object as a verb's answer: words, and the exit code of its status.
#pragma once

#include "ropenet/answer.hpp"

namespace ropenet::cli {

Answer answer_of_tx(const json::Value& tx);

}  // namespace ropenet::cli
