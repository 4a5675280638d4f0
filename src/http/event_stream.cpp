#include "http/event_stream.hpp"

namespace ropenet::http {

void append_event_id(std::string& out, std::string_view id) {
    out += "id: ";
    out += id;
    out += "\n\n";
}

void append_event(std::string& out, const StreamEvent& event) {
    if (!event.id.empty()) out += "id: " + event.id + "\n";
    out += "event: " + event.type + "\n";
    std::string_view rest = event.data;
    while (true) {
        const std::size_t end = rest.find('\n');
        out += "data: ";
        out += rest.substr(0, end);
        out += '\n';
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    out += '\n';
}

Expected<std::vector<StreamEvent>, EventStreamError> EventReader::read(std::string_view bytes) {
    std::vector<StreamEvent> out;
    for (const char c : bytes) {
        const bool second_of_crlf = after_cr_ && c == '\n';
        after_cr_ = c == '\r';
        if (second_of_crlf) continue;
        if (c == '\r' || c == '\n') {
            take_line(line_, out);
            line_.clear();
            continue;
        }
        if (line_.size() == kEventBytesMax) return Unexpected{EventStreamError::line_too_long};
        line_.push_back(c);
        if (data_.size() > kEventBytesMax) return Unexpected{EventStreamError::event_too_long};
    }
    return out;
}

void EventReader::take_line(std::string_view line, std::vector<StreamEvent>& out) {
    if (line.empty()) {
        if (has_data_) {
            data_.pop_back();  // the last line break is not part of it
            out.push_back({.id = last_id_,
                           .type = type_.empty() ? "message" : std::move(type_),
                           .data = std::move(data_)});
        }
        type_.clear();
        data_.clear();
        has_data_ = false;
        return;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") {
        type_ = value;
    } else if (field == "data") {
        data_ += value;
        data_ += '\n';
        has_data_ = true;
    } else if (field == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    }
}

}  // namespace ropenet::http
