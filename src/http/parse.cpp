#include "http/parse.hpp"

#include <optional>
#include <utility>

namespace ropenet::http {
namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// Length of the well-formed UTF-8 sequence (RFC 3629) at the front of `text`, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return at(i) >= 0x80 && at(i) <= 0xbf; };
    const unsigned first = at(0);
    const unsigned second = at(1);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool long_form = first == 0xe0 && second < 0xa0;
        const bool surrogate = first == 0xed && second > 0x9f;
        return tail(1) && tail(2) && !long_form && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool long_form = first == 0xf0 && second < 0x90;
        const bool too_high = first == 0xf4 && second > 0x8f;
        return tail(1) && tail(2) && tail(3) && !long_form && !too_high ? 4 : 0;
    }
    return 0;
}

/// Of the controls only C0 and DEL are looked for here; C1 are two-byte sequences in UTF-8.
std::optional<TargetError> text_error(std::string_view text) {
    for (const char c : text) {
        if (is_control(c)) return TargetError::control;
    }
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return TargetError::utf8;
        if (length == 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0) {
            return TargetError::control;
        }
        text.remove_prefix(length);
    }
    return std::nullopt;
}

enum class Part : std::uint8_t { path, query };

Expected<std::string, TargetError> decode(std::string_view raw, Part part) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '+' && part == Part::query) {
            out.push_back(' ');
            continue;
        }
        if (raw[i] != '%') {
            out.push_back(raw[i]);
            continue;
        }
        if (i + 2 >= raw.size()) return Unexpected{TargetError::encoding};
        const auto high = hex_digit(raw[i + 1]);
        const auto low = hex_digit(raw[i + 2]);
        if (!high || !low) return Unexpected{TargetError::encoding};
        const char c = static_cast<char>(*high * 16 + *low);
        // An encoded separator would make two readers see different segments.
        if (part == Part::path && (c == '/' || c == '\\')) return Unexpected{TargetError::encoding};
        out.push_back(c);
        i += 2;
    }
    if (const auto error = text_error(out)) return Unexpected{*error};
    return out;
}

/// RFC 3986 pchar, "/", "?" and what browsers send as they are; never space, quotes, "#" or "\".
std::optional<TargetError> raw_error(std::string_view target) {
    for (const char c : target) {
        if (is_control(c)) return TargetError::control;
        const bool visible = c > 0x20 && c < 0x7f;
        if (!visible || std::string_view{"\"#<>\\^`"}.find(c) != std::string_view::npos) {
            return TargetError::character;
        }
    }
    return std::nullopt;
}

std::optional<TargetError> segment_error(std::string_view path) {
    path.remove_prefix(1);
    while (true) {
        const std::size_t end = path.find('/');
        const std::string_view segment = path.substr(0, end);
        if (segment == "." || segment == "..") return TargetError::segment;
        if (end == std::string_view::npos) return std::nullopt;  // the last one may be empty
        if (segment.empty()) return TargetError::segment;
        path.remove_prefix(end + 1);
    }
}

Expected<Fields, TargetError> parse_query(std::string_view query) {
    Fields out;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        if (out.size() == kQueryPairsMax) return Unexpected{TargetError::too_many_pairs};
        const std::size_t equals = pair.find('=');
        const bool bare = equals == std::string_view::npos;
        ROPE_TRY(std::string name, decode(pair.substr(0, equals), Part::query));
        ROPE_TRY(std::string value,
                 decode(bare ? std::string_view{} : pair.substr(equals + 1), Part::query));
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

/// RFC 9112 section 3.2.2: a server accepts "http://host/path" as well; the host is not ours to
/// judge.
Expected<std::string_view, TargetError> origin_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const std::string_view rest = target.substr(scheme.size());
        const std::size_t slash = rest.find_first_of("/?");
        if (slash == 0 || slash == std::string_view::npos || rest[slash] == '?') {
            return Unexpected{TargetError::form};
        }
        return rest.substr(slash);
    }
    if (!target.starts_with('/')) return Unexpected{TargetError::form};
    return target;
}

}  // namespace

Expected<Target, TargetError> parse_target(std::string_view target) {
    if (const auto error = raw_error(target)) return Unexpected{*error};
    ROPE_TRY(const std::string_view origin, origin_form(target));
    const std::size_t mark = origin.find('?');
    ROPE_TRY(std::string path, decode(origin.substr(0, mark), Part::path));
    if (const auto error = segment_error(path)) return Unexpected{*error};
    const bool has_query = mark != std::string_view::npos;
    ROPE_TRY(Fields query, parse_query(has_query ? origin.substr(mark + 1) : std::string_view{}));
    return Target{.path = std::move(path), .query = std::move(query)};
}

}  // namespace ropenet::http
