#include "api/event_place.hpp"

#include <algorithm>
#include <charconv>

namespace ropenet::api {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<EventPlace> event_place_from_text(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto height = number_in(text.substr(0, dot));
    const auto index = number_in(text.substr(dot + 1));
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
