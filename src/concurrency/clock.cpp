#include "concurrency/clock.hpp"

#include <chrono>

namespace ropenet {
namespace {

template <typename Source>
std::int64_t now_ms() {
    const auto since = Source::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace

std::int64_t SystemClock::wall_ms() const {
    return now_ms<std::chrono::system_clock>();
}

std::int64_t SystemClock::steady_ms() const {
    return now_ms<std::chrono::steady_clock>();
}

}  // namespace ropenet
