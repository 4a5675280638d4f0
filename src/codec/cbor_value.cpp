#include "codec/cbor_value.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "codec/cbor.hpp"

namespace ropenet::cbor {
namespace {

// A count is honest only once the items are read; until then it may reserve no more than this.
constexpr std::size_t kReserveMax = 32;

Expected<Value, CborError> read(Decoder& in);

Expected<Value, CborError> read_array(Decoder& in) {
    ROPE_TRY(const std::size_t count, in.array());
    Array items;
    items.reserve(std::min(count, kReserveMax));
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY(Value item, read(in));
        items.push_back(std::move(item));
    }
    return Value{std::move(items)};
}

Expected<Value, CborError> read_map(Decoder& in) {
    ROPE_TRY(const std::size_t count, in.map());
    Map pairs;
    pairs.reserve(std::min(count, kReserveMax));
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY(Value key, read(in));
        ROPE_TRY(Value value, read(in));
        pairs.emplace_back(std::move(key), std::move(value));
    }
    return Value{std::move(pairs)};
}

template <typename T>
Expected<Value, CborError> lift(Expected<T, CborError> read) {
    if (!read) return Unexpected{read.error()};
    return Value{*read};
}

// Calls itself at most kDepthMax deep: the decoder refuses more.
Expected<Value, CborError> read(Decoder& in) {
    const auto kind = in.peek();
    // item() names what is wrong with a head that peek() does not know.
    if (!kind || *kind == Kind::tag) {
        ROPE_TRY(const BytesView refused, in.item());
        ROPE_CHECK(refused.empty());
        return Unexpected{CborError::unsupported};
    }
    switch (*kind) {
        case Kind::unsigned_integer:
            return lift(in.uint());
        case Kind::negative_integer:
            return lift(in.sint());
        case Kind::bytes:
            return lift(in.bytes());
        case Kind::text:
            return lift(in.text());
        case Kind::array:
            return read_array(in);
        case Kind::map:
            return read_map(in);
        case Kind::boolean:
            return lift(in.boolean());
        default:
            break;
    }
    if (const auto null = in.null(); !null) return Unexpected{null.error()};
    return Value{};
}

void write(Encoder& out, const Value& value);

void write_map(Encoder& out, const Map& map) {
    struct Entry {
        Bytes key;
        const Value* value;
    };
    std::vector<Entry> entries;
    entries.reserve(map.size());
    for (const auto& [key, value] : map) {
        Encoder encoded;
        write(encoded, key);
        entries.push_back({.key = std::move(encoded).take(), .value = &value});
    }
    const auto by_key = [](const Entry& a, const Entry& b) { return a.key < b.key; };
    if (!std::ranges::is_sorted(entries, by_key)) std::ranges::sort(entries, by_key);
    out.map(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        ROPE_CHECK(i == 0 || entries[i - 1].key != entries[i].key);
        out.raw(entries[i].key);
        write(out, *entries[i].value);
    }
}

void write(Encoder& out, const Value& value) {
    if (const auto* number = value.as_uint()) {
        out.uint(*number);
    } else if (const auto* negative = value.as_negative()) {
        out.sint(*negative);
    } else if (const auto* bytes = value.as_bytes()) {
        out.bytes(*bytes);
    } else if (const auto* text = value.as_text()) {
        out.text(*text);
    } else if (const auto* array = value.as_array()) {
        out.array(array->size());
        for (const Value& item : *array)
            write(out, item);
    } else if (const auto* map = value.as_map()) {
        write_map(out, *map);
    } else if (const auto* flag = value.as_bool()) {
        out.boolean(*flag);
    } else {
        out.null();
    }
}

template <typename Matches>
const Value* find_if(const Map* map, Matches matches) {
    if (map == nullptr) return nullptr;
    const auto it =
        std::ranges::find_if(*map, [&](const auto& pair) { return matches(pair.first); });
    return it == map->end() ? nullptr : &it->second;
}

}  // namespace

Kind Value::kind() const {
    static constexpr std::array kKinds = {Kind::null,
                                          Kind::boolean,
                                          Kind::unsigned_integer,
                                          Kind::negative_integer,
                                          Kind::bytes,
                                          Kind::text,
                                          Kind::array,
                                          Kind::map};
    ROPE_CHECK(data_.index() < kKinds.size());
    return kKinds[data_.index()];
}

std::size_t Value::size() const {
    if (const auto* array = as_array()) return array->size();
    if (const auto* map = as_map()) return map->size();
    return 0;
}

const Value* Value::find(std::string_view key) const {
    return find_if(as_map(), [key](const Value& found) {
        const std::string* text = found.as_text();
        return text != nullptr && *text == key;
    });
}

const Value* Value::find(std::uint64_t key) const {
    return find_if(as_map(), [key](const Value& found) {
        const std::uint64_t* number = found.as_uint();
        return number != nullptr && *number == key;
    });
}

bool operator==(const Value& a, const Value& b) {
    return a.data_ == b.data_;
}

std::size_t depth_of(const Value& value) {
    std::size_t inside = 0;
    if (const auto* array = value.as_array()) {
        for (const Value& item : *array)
            inside = std::max(inside, depth_of(item));
        return 1 + inside;
    }
    if (const auto* map = value.as_map()) {
        for (const auto& [key, item] : *map) {
            inside = std::max({inside, depth_of(key), depth_of(item)});
        }
        return 1 + inside;
    }
    return 0;
}

Expected<Value, CborError> decode_value(BytesView bytes) {
    Decoder in{bytes};
    ROPE_TRY(Value value, read(in));
    if (const auto end = in.end(); !end) return Unexpected{end.error()};
    return value;
}

Bytes encode_value(const Value& value) {
    Encoder out;
    write(out, value);
    return std::move(out).take();
}

}  // namespace ropenet::cbor
