// Is this UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF?
//
// Pure; any thread.
#pragma once

#include "base/bytes.hpp"

namespace ropenet {

bool is_utf8(BytesView bytes);

}  // namespace ropenet
