#include "types/rope_export.hpp"

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "codec/json.hpp"
#include "types/limits.hpp"
#include "types/record.hpp"

namespace ropenet {
namespace {

constexpr std::uint64_t kFormat = 1;
enum Kind : std::uint8_t { kHeader = 0, kLeaf = 1, kEnd = 2 };
constexpr std::size_t kHeaderItems = 11;

using Malformed = Unexpected<ExportError>;

Malformed malformed() {
    return Malformed{ExportError::malformed};
}

/// A tx record comes with the tx and its outcome, no other one does.
Expected<Record, ExportError> record_of(const ExportLeaf& leaf) {
    auto record = decode_record(leaf.record);
    if (!record) return Unexpected{ExportError::record};
    const bool is_tx = std::holds_alternative<TxRecord>(record->body);
    if (is_tx == leaf.tx.empty() || is_tx == leaf.outcome.empty()) {
        return Unexpected{ExportError::record};
    }
    return *std::move(record);
}

void put(cbor::Encoder& out, const std::vector<Hash32>& hashes) {
    out.array(hashes.size());
    for (const Hash32& hash : hashes)
        out.bytes(hash);
}

void put(cbor::Encoder& out, const ExportHeader& header) {
    out.array(kHeaderItems).uint(kHeader).uint(kFormat).text(header.origin);
    out.uint(header.from).uint(header.size).bytes(header.genesis);
    out.text(header.policy).text(header.keys).text(header.note);
    put(out, header.before);
    put(out, header.consistency);
}

void put(cbor::Encoder& out, const ExportLeaf& leaf) {
    out.array(leaf.tx.empty() ? 2 : 4).uint(kLeaf).bytes(leaf.record);
    if (!leaf.tx.empty()) out.bytes(leaf.tx).bytes(leaf.outcome);
}

void put(cbor::Encoder& out, const ExportEnd& end) {
    out.array(2).uint(kEnd).uint(end.size);
}

Expected<std::vector<Hash32>, ExportError> hashes_from(cbor::Decoder& in) {
    const auto count = in.array();
    if (!count || *count > kExportHashesMax) return malformed();
    std::vector<Hash32> out;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto bytes = in.bytes();
        const auto hash = bytes ? hash32_from(*bytes) : std::nullopt;
        if (!hash) return malformed();
        out.push_back(*hash);
    }
    return out;
}

Expected<ExportItem, ExportError> header_from(cbor::Decoder& in) {
    const auto format = in.uint();
    if (!format) return malformed();
    if (*format != kFormat) return Unexpected{ExportError::format};
    ExportHeader out;
    const auto origin = in.text();
    const auto from = origin ? in.uint() : Expected<std::uint64_t, cbor::CborError>{0U};
    const auto size = from ? in.uint() : from;
    if (!origin || !from || !size || *from > *size || *size > kIntegerMax) return malformed();
    const auto genesis = in.bytes();
    if (!genesis) return malformed();
    out.origin = *origin;
    out.from = *from;
    out.size = *size;
    out.genesis = to_bytes(*genesis);
    for (std::string* text : {&out.policy, &out.keys, &out.note}) {
        const auto got = in.text();
        if (!got) return malformed();
        *text = *got;
    }
    ROPE_TRY(out.before, hashes_from(in));
    ROPE_TRY(out.consistency, hashes_from(in));
    return ExportItem{std::move(out)};
}

Expected<ExportItem, ExportError> leaf_from(cbor::Decoder& in, bool with_tx) {
    ExportLeaf out;
    const auto record = in.bytes();
    if (!record) return malformed();
    out.record = to_bytes(*record);
    if (with_tx) {
        const auto tx = in.bytes();
        if (!tx) return malformed();
        const auto outcome = in.bytes();
        if (!outcome) return malformed();
        out.tx = to_bytes(*tx);
        out.outcome = to_bytes(*outcome);
        if (out.tx.empty()) return Unexpected{ExportError::record};
    }
    ROPE_TRY([[maybe_unused]] const Record checked, record_of(out));
    return ExportItem{std::move(out)};
}

Expected<ExportItem, ExportError> item_from(cbor::Decoder& in) {
    const auto count = in.array();
    if (!count) return malformed();
    const auto kind = in.uint();
    if (!kind) return malformed();
    if (*kind == kHeader && *count == kHeaderItems) return header_from(in);
    if (*kind == kLeaf && (*count == 2 || *count == 4)) return leaf_from(in, *count == 4);
    if (*kind != kEnd || *count != 2) return malformed();
    const auto size = in.uint();
    if (!size || *size > kIntegerMax) return malformed();
    return ExportItem{ExportEnd{*size}};
}

json::Value texts_of(const std::vector<Hash32>& hashes) {
    json::Array out;
    for (const Hash32& hash : hashes)
        out.emplace_back(hex(hash));
    return json::Value{std::move(out)};
}

json::Object object_of(const ExportHeader& header) {
    return {{"kind", "header"},
            {"format", kFormat},
            {"origin", header.origin},
            {"from", header.from},
            {"size", header.size},
            {"genesis", base64(header.genesis)},
            {"policy", header.policy},
            {"keys", header.keys},
            {"note", header.note},
            {"before", texts_of(header.before)},
            {"consistency", texts_of(header.consistency)}};
}

std::string_view name_of_body(const Record& record) {
    if (std::holds_alternative<TxRecord>(record.body)) return "tx";
    if (std::holds_alternative<BlockRecord>(record.body)) return "block";
    return std::holds_alternative<DueRecord>(record.body) ? "due" : "policy";
}

/// The words beside the bytes are read from the bytes, so they cannot say anything else.
json::Object object_of(const ExportLeaf& leaf) {
    const auto record = decode_record(leaf.record);
    ROPE_CHECK(record.has_value());
    json::Object out{{"kind", name_of_body(*record)},
                     {"index", record->index},
                     {"height", record->height},
                     {"time_ms", record->time_ms},
                     {"record", base64(leaf.record)}};
    const auto* tx = std::get_if<TxRecord>(&record->body);
    if (tx == nullptr) return out;
    out.emplace_back("tx_id", hex(tx->tx_id));
    out.emplace_back("code", tx->code);
    out.emplace_back("tx", base64(leaf.tx));
    out.emplace_back("outcome", base64(leaf.outcome));
    return out;
}

json::Object object_of(const ExportEnd& end) {
    return {{"kind", "end"}, {"size", end.size}};
}

const std::string* text_at(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    return found == nullptr ? nullptr : found->as_string();
}

std::optional<std::uint64_t> uint_at(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    return found == nullptr ? std::nullopt : found->as_uint();
}

std::optional<Bytes> bytes_at(const json::Value& value, std::string_view key) {
    const std::string* text = text_at(value, key);
    return text == nullptr ? std::nullopt : bytes_from_base64(*text);
}

std::optional<std::vector<Hash32>> hashes_at(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    const json::Array* items = found == nullptr ? nullptr : found->as_array();
    if (items == nullptr || items->size() > kExportHashesMax) return std::nullopt;
    std::vector<Hash32> out;
    for (const json::Value& item : *items) {
        const auto bytes =
            item.as_string() == nullptr ? std::nullopt : bytes_from_hex(*item.as_string());
        const auto hash = bytes ? hash32_from(*bytes) : std::nullopt;
        if (!hash) return std::nullopt;
        out.push_back(*hash);
    }
    return out;
}

Expected<ExportItem, ExportError> header_from(const json::Value& value) {
    const auto format = uint_at(value, "format");
    if (!format) return malformed();
    if (*format != kFormat) return Unexpected{ExportError::format};
    const auto from = uint_at(value, "from");
    const auto size = uint_at(value, "size");
    auto genesis = bytes_at(value, "genesis");
    auto before = hashes_at(value, "before");
    auto consistency = hashes_at(value, "consistency");
    if (!from || !size || *from > *size || *size > kIntegerMax) return malformed();
    if (!genesis || !before || !consistency) return malformed();
    ExportHeader out{.origin = {},
                     .from = *from,
                     .size = *size,
                     .genesis = *std::move(genesis),
                     .policy = {},
                     .keys = {},
                     .note = {},
                     .before = *std::move(before),
                     .consistency = *std::move(consistency)};
    for (const auto& [key, text] :
         {std::pair{"origin", &out.origin}, std::pair{"policy", &out.policy},
          std::pair{"keys", &out.keys}, std::pair{"note", &out.note}}) {
        const std::string* got = text_at(value, key);
        if (got == nullptr) return malformed();
        *text = *got;
    }
    return ExportItem{std::move(out)};
}

Expected<ExportItem, ExportError> leaf_from(const json::Value& value) {
    auto record = bytes_at(value, "record");
    if (!record) return malformed();
    ExportLeaf out{.record = *std::move(record), .tx = {}, .outcome = {}};
    if (value.find("tx") != nullptr) {
        auto tx = bytes_at(value, "tx");
        auto outcome = bytes_at(value, "outcome");
        if (!tx || !outcome) return malformed();
        out.tx = *std::move(tx);
        out.outcome = *std::move(outcome);
    }
    ROPE_TRY([[maybe_unused]] const Record checked, record_of(out));
    return ExportItem{std::move(out)};
}

Expected<ExportItem, ExportError> item_from(const json::Value& value) {
    const std::string* kind = text_at(value, "kind");
    if (kind == nullptr) return malformed();
    if (*kind == "header") return header_from(value);
    if (*kind != "end") return leaf_from(value);
    const auto size = uint_at(value, "size");
    if (!size || *size > kIntegerMax) return malformed();
    return ExportItem{ExportEnd{*size}};
}

}  // namespace

std::string_view name_of(ExportError error) {
    switch (error) {
        case ExportError::oversize:
            return "too large";
        case ExportError::malformed:
            return "not of the form of an export";
        case ExportError::format:
            return "of a format version that this program does not know";
        case ExportError::record:
            return "not a record with what belongs to it";
        case ExportError::spelling:
            break;
    }
    return "not spelled as an export spells it";
}

Bytes encode_export_item(const ExportItem& item) {
    cbor::Encoder out;
    std::visit([&out](const auto& one) { put(out, one); }, item);
    return std::move(out).take();
}

Expected<ExportItem, ExportError> decode_export_item(BytesView bytes) {
    if (bytes.size() > kExportItemBytesMax) return Unexpected{ExportError::oversize};
    cbor::Decoder in{bytes};
    ROPE_TRY(ExportItem item, item_from(in));
    if (!in.end()) return malformed();
    return item;
}

std::string export_line(const ExportItem& item) {
    return json::serialize(
        json::Value{std::visit([](const auto& one) { return object_of(one); }, item)});
}

Expected<ExportItem, ExportError> export_item_from_line(std::string_view line) {
    if (line.size() > kExportLineBytesMax) return Unexpected{ExportError::oversize};
    const auto value = json::parse(line, {.bytes_max = kExportLineBytesMax});
    if (!value) return malformed();
    ROPE_TRY(ExportItem item, item_from(*value));
    if (export_line(item) != line) return Unexpected{ExportError::spelling};
    if (encode_export_item(item).size() > kExportItemBytesMax) {
        return Unexpected{ExportError::oversize};
    }
    return item;
}

}  // namespace ropenet
