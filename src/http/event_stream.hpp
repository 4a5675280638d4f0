// text/event-stream, as the HTML standard defines it (section 9.2, server-sent events): the form in
// which the server writes events, and a reader for the client's side.
//
// Pure. Threads: a reader belongs to one. Errors: what a stranger sends is at worst no event; a
// line that does not end is an error, so that memory stays bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"

namespace ropenet::http {

/// A line of a stream, and the data of one event, may be so long.
inline constexpr std::size_t kEventBytesMax = 1024 * 1024;

struct StreamEvent {
    std::string id;    // the newest of the stream, also without one of its own
    std::string type;  // "message" where the stream does not say
    std::string data;

    friend bool operator==(const StreamEvent&, const StreamEvent&) = default;
};

/// Pre: no line break in id or type. Each line of `data` becomes one.
void append_event(std::string& out, const StreamEvent& event);
/// Tells the reader where it stands, without an event.
void append_event_id(std::string& out, std::string_view id);
/// What is written when there is nothing to write: a comment.
inline constexpr std::string_view kEventHeartbeat = ":\n\n";

enum class EventStreamError : std::uint8_t { line_too_long, event_too_long };

class EventReader {
  public:
    /// The events that these bytes complete.
    Expected<std::vector<StreamEvent>, EventStreamError> read(std::string_view bytes);
    /// What Last-Event-ID says when the client connects again; empty when nothing has come.
    const std::string& last_id() const { return last_id_; }

  private:
    void take_line(std::string_view line, std::vector<StreamEvent>& out);

    std::string line_;
    bool after_cr_ = false;
    std::string last_id_;
    std::string type_;
    std::string data_;
    bool has_data_ = false;
};

}  // namespace ropenet::http
