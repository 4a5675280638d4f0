// Where a follower of events stands: the cursor `height.index`, and whether it has fallen behind.
//
// Pure; knows no ledger and no connection. Threads: a value. Errors: text that is no cursor is
// none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ropenet::api {

/// What a client that kept up may let pass before it is told to come back.
inline constexpr std::uint64_t kEventQueueMax = 1'024;

/// The record that a client has seen last.
struct EventPlace {
    std::uint64_t height = 0;
    std::uint64_t index = 0;

    std::string text() const { return std::to_string(height) + "." + std::to_string(index); }

    friend bool operator==(const EventPlace&, const EventPlace&) = default;
};

/// Two decimal numbers up to kIntegerMax with a dot between them, as text() writes them.
std::optional<EventPlace> event_place_from_text(std::string_view text);

/// Tells a client that reads history, which may be far back, from one that kept up and no longer
/// does.
class EventBacklog {
  public:
    /// The client has taken what it was given and asks for the record `next`; the log has `size`.
    bool is_slow(std::uint64_t next, std::uint64_t size);
    /// The same for one that waited: it may be behind by whatever was recorded at once.
    void note_woken(std::uint64_t size) { expected_ = size; }
    /// It has everything.
    void note_live() { live_ = true; }

  private:
    std::uint64_t expected_ = 0;  // up to here it may be behind without having been slow
    bool live_ = false;           // it has kept up once
};

}  // namespace ropenet::api
