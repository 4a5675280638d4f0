// Arguments of an action, written in JSON: bytes are {"hex": "..."}, numbers are integers.
#pragma once

#include <string_view>

#include "codec/cbor.hpp"
#include "ropenet/answer.hpp"

namespace ropenet::cli {

Expected<cbor::Value, Failure> args_from_json(std::string_view text);

}  // namespace ropenet::cli
