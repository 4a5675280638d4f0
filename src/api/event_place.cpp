#include "api/event_place.hpp"

#include <algorithm>

#include "types/checkpoint.hpp"

namespace ropenet::api {
std::optional<EventPlace> event_place_from_text(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto height = decimal_from_text(text.substr(0, dot));
    const auto index = decimal_from_text(text.substr(dot + 1));
    if (!height || !index) return std::nullopt;
    return EventPlace{.height = *height, .index = *index};
}

bool EventBacklog::is_slow(std::uint64_t next, std::uint64_t size) {
    const std::uint64_t fair = std::max(expected_, next);
    if (live_ && size > fair && size - fair > kEventQueueMax) return true;
    if (next >= expected_) expected_ = size;
    return false;
}

}  // namespace ropenet::api
