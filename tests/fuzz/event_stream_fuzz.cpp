// Any bytes are events or refused, the same ones however they come in pieces, and events that were
// read are written and read again.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "http/event_stream.hpp"

namespace {

using namespace ropenet::http;

struct Read {
    std::vector<StreamEvent> events;
    std::string last_id;
    bool refused = false;

    friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view text, std::size_t piece_bytes) {
    EventReader reader;
    Read out;
    while (!text.empty() && !out.refused) {
        const std::string_view piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        const auto events = reader.read(piece);
        out.refused = !events;
        if (events) out.events.insert(out.events.end(), events->begin(), events->end());
    }
    out.last_id = reader.last_id();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{data, data + size};
    const Read whole = read(text, text.size() + 1);
    ROPE_CHECK(read(text, 1) == whole);
    for (const StreamEvent& event : whole.events) {
        std::string written;
        append_event(written, event);
        const Read again = read(written, 5);
        ROPE_CHECK(again.events == std::vector{event} && !again.refused);
    }
    return 0;
}
