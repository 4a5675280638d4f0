#include "ropenet/file_clock.hpp"

#include <charconv>

#include "ropenet/options.hpp"

namespace ropenet::cli {
namespace {

constexpr std::size_t kDigitsMax = 15;
constexpr std::size_t kClockFileBytesMax = 64;

std::optional<std::int64_t> number_in(std::string_view text) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (text.size() == sign || text.size() > sign + kDigitsMax) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || last != end) return std::nullopt;
    return value;
}

}  // namespace

std::optional<ClockReading> clock_reading_from_text(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const std::size_t space = text.find(' ');
    const auto wall_ms = number_in(text.substr(0, space));
    if (!wall_ms || *wall_ms < 0) return std::nullopt;
    if (space == std::string_view::npos) return ClockReading{.wall_ms = *wall_ms};
    const auto apart_ms = number_in(text.substr(space + 1));
    if (!apart_ms) return std::nullopt;
    return ClockReading{.wall_ms = *wall_ms, .apart_ms = *apart_ms};
}

Result<std::unique_ptr<FileClock>> FileClock::open(const std::string& path) {
    std::unique_ptr<FileClock> clock{new FileClock{path}};
    if (!clock->read()) {
        return fail(ErrorCode::config,
                    path +
                        " holds no time for --clock; write milliseconds since 1970 into it, "
                        "such as 1800000000000");
    }
    return clock;
}

bool FileClock::read() const {
    const auto bytes = read_input_file(path_, kClockFileBytesMax);
    if (!bytes) return false;
    const auto reading = clock_reading_from_text(text_of(*bytes));
    if (!reading) return false;
    wall_ms_.store(reading->wall_ms);
    apart_ms_.store(reading->apart_ms);
    return true;
}

std::int64_t FileClock::wall_ms() const {
    read();
    return wall_ms_.load();
}

std::int64_t FileClock::apart_ms() const {
    read();
    return apart_ms_.load();
}

}  // namespace ropenet::cli
