// Checks that stay on in release builds. A failed check is a bug in our code or corrupt
// memory; the only safe answer is to stop before a wrong state is signed.
#pragma once

#include <cstdio>
#include <cstdlib>

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): needs the caller's line and expression text.
#define ROPE_CHECK(cond)                                        \
    do {                                                        \
        if (!(cond)) [[unlikely]]                               \
            ::ropenet::check_failed(#cond, __FILE__, __LINE__); \
    } while (false)

namespace ropenet {

[[noreturn]] inline void check_failed(const char* expr, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expr);
    std::abort();
}

}  // namespace ropenet
