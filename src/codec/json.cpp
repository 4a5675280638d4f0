#include "codec/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "base/check.hpp"
#include "codec/json_number.hpp"
#include "codec/utf8.hpp"

namespace ropenet::json {
namespace {

/// RFC 8785 section 3.2.2.2; a plain serializer may write the same.
void write_string(std::string& out, std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kShortNames = "\"\\bfnrt";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const auto found = kShort.find(c);
        if (found != std::string_view::npos) {
            out += '\\';
            out += kShortNames[found];
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 0xF];
        } else {
            out += c;
        }
    }
    out += '"';
}

template <std::integral T>
void write_integer(std::string& out, T value) {
    std::array<char, 24> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    out.append(buffer.data(), end);
}

void write_double(std::string& out, double value) {
    if (std::isfinite(value)) {
        out += es6_number(value);
    } else {
        out += "null";
    }
}

/// UTF-16 code units put the characters above U+FFFF (surrogates, D800..DFFF) before U+E000..FFFF;
/// UTF-8 bytes put them last. Everything else is in the same order.
bool less_in_utf16(std::string_view a, std::string_view b) {
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    if (in_b == b.end()) return false;
    if (in_a == a.end()) return true;
    const auto x = static_cast<unsigned char>(*in_a);
    const auto y = static_cast<unsigned char>(*in_b);
    const bool x_is_pair = x >= 0xF0;
    const bool y_is_pair = y >= 0xF0;
    if (x_is_pair == y_is_pair) return x < y;
    return x_is_pair ? y >= 0xEE : x < 0xEE;
}

/// Writes any value. With `pretty`, two spaces a level.
struct Writer {
    std::string& out;
    bool pretty = false;
    std::size_t level = 0;

    void write(const Value& value) { std::visit(*this, value.data()); }

    void operator()(std::monostate) { out += "null"; }
    void operator()(bool value) { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) { write_integer(out, value); }
    void operator()(std::uint64_t value) { write_integer(out, value); }
    void operator()(double value) { write_double(out, value); }
    void operator()(const std::string& value) { write_string(out, value); }
    void operator()(const Array& items) {
        open('[');
        for (std::size_t i = 0; i < items.size(); ++i) {
            separate(i == 0);
            write(items[i]);
        }
        close(']', items.empty());
    }
    void operator()(const Object& members) {
        open('{');
        for (std::size_t i = 0; i < members.size(); ++i) {
            separate(i == 0);
            write_string(out, members[i].first);
            out += pretty ? ": " : ":";
            write(members[i].second);
        }
        close('}', members.empty());
    }

  private:
    void open(char bracket) {
        out += bracket;
        ++level;
    }
    void separate(bool first) {
        if (!first) out += ',';
        new_line();
    }
    void close(char bracket, bool empty) {
        --level;
        if (!empty) new_line();
        out += bracket;
    }
    void new_line() {
        if (!pretty) return;
        out += '\n';
        out.append(2 * level, ' ');
    }
};

using Written = Expected<void, JsonError>;

/// The canonical form, or what stands in its way.
struct Canonical {
    std::string& out;
    std::size_t depth = 0;

    Written write(const Value& value) { return std::visit(*this, value.data()); }

    Written operator()(std::monostate) const { return put("null"); }
    Written operator()(bool value) const { return put(value ? "true" : "false"); }
    Written operator()(std::int64_t value) const { return integer(value); }
    Written operator()(std::uint64_t value) const { return integer(value); }
    Written operator()(double value) const {
        if (!std::isfinite(value)) return Unexpected{JsonError::out_of_range};
        return put(es6_number(value));
    }
    Written operator()(const std::string& value) const {
        if (!is_utf8(view_of(value))) return Unexpected{JsonError::invalid_utf8};
        write_string(out, value);
        return {};
    }
    Written operator()(const Array& items) {
        if (++depth > kJsonDepthMax) return Unexpected{JsonError::depth};
        out += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out += ',';
            if (const auto done = write(items[i]); !done) return Unexpected{done.error()};
        }
        --depth;
        return put("]");
    }
    Written operator()(const Object& members) {
        if (++depth > kJsonDepthMax) return Unexpected{JsonError::depth};
        std::vector<const Object::value_type*> sorted;
        for (const auto& member : members)
            sorted.push_back(&member);
        std::ranges::sort(sorted, less_in_utf16,
                          [](const auto* m) { return std::string_view{m->first}; });
        out += '{';
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            const auto& [name, value] = *sorted[i];
            if (i > 0 && sorted[i - 1]->first == name) return Unexpected{JsonError::duplicate_key};
            if (i > 0) out += ',';
            if (const auto done = (*this)(name); !done) return Unexpected{done.error()};
            out += ':';
            if (const auto done = write(value); !done) return Unexpected{done.error()};
        }
        --depth;
        return put("}");
    }

  private:
    /// Readers of the canonical form take every number for a double. An integer passes if that
    /// changes nothing: every one to 2^53, and few beyond.
    template <std::integral T>
    Written integer(T value) const {
        std::string text;
        write_integer(text, value);
        if (es6_number(static_cast<double>(value)) != text) {
            return Unexpected{JsonError::out_of_range};
        }
        return put(text);
    }
    Written put(std::string_view text) const {
        out += text;
        return {};
    }
};

}  // namespace

std::string_view name_of(JsonError error) {
    switch (error) {
        case JsonError::syntax:
            return "syntax";
        case JsonError::too_large:
            return "too_large";
        case JsonError::depth:
            return "depth";
        case JsonError::duplicate_key:
            return "duplicate_key";
        case JsonError::invalid_utf8:
            return "invalid_utf8";
        case JsonError::out_of_range:
            return "out_of_range";
    }
    return "unknown";
}

std::optional<bool> Value::as_bool() const {
    const bool* value = std::get_if<bool>(&data_);
    return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<std::int64_t> Value::as_int() const {
    const auto* value = std::get_if<std::int64_t>(&data_);
    return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<std::uint64_t> Value::as_uint() const {
    if (const auto* large = std::get_if<std::uint64_t>(&data_)) return *large;
    const auto* value = std::get_if<std::int64_t>(&data_);
    if (value == nullptr || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

std::optional<double> Value::as_double() const {
    if (const auto* value = std::get_if<double>(&data_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*value);
    if (const auto* value = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*value);
    return std::nullopt;
}

std::size_t Value::size() const {
    if (const auto* array = as_array()) return array->size();
    if (const auto* object = as_object()) return object->size();
    return 0;
}

const Value* Value::find(std::string_view key) const {
    const Object* object = as_object();
    if (object == nullptr) return nullptr;
    const auto it = std::ranges::find(*object, key, &Object::value_type::first);
    return it == object->end() ? nullptr : &it->second;
}

bool operator==(const Value& a, const Value& b) {
    return a.data_ == b.data_;
}

std::string serialize(const Value& value) {
    std::string out;
    Writer{.out = out}.write(value);
    return out;
}

std::string serialize_pretty(const Value& value) {
    std::string out;
    Writer{.out = out, .pretty = true}.write(value);
    out += '\n';
    return out;
}

Expected<std::string, JsonError> jcs(const Value& value) {
    std::string out;
    if (const auto done = Canonical{.out = out}.write(value); !done) {
        return Unexpected{done.error()};
    }
    return out;
}

}  // namespace ropenet::json
