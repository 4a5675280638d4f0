#include "types/record.hpp"

#include "codec/cbor.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

using cbor::CborError;

constexpr std::uint64_t kRecordFormat = 1;

void encode_head(cbor::Encoder& out, const Record& record, std::size_t own_keys,
                 std::uint64_t kind) {
    out.map(6 + own_keys);
    out.uint(0).uint(kRecordFormat);
    out.uint(1).text(record.origin);
    out.uint(2).uint(record.height);
    out.uint(3).uint(record.index);
    out.uint(4).uint(static_cast<std::uint64_t>(record.time_ms));
    out.uint(5).uint(kind);
}

Expected<std::uint64_t, CborError> take_uint(cbor::Decoder& in, std::uint64_t key) {
    ROPE_TRY(const std::uint64_t found, in.uint());
    if (found != key) return Unexpected{CborError::unknown_key};
    ROPE_TRY(const std::uint64_t value, in.uint());
    if (value > kIntegerMax) return Unexpected{CborError::out_of_range};
    return value;
}

Expected<Hash32, CborError> take_hash(cbor::Decoder& in, std::uint64_t key) {
    ROPE_TRY(const std::uint64_t found, in.uint());
    if (found != key) return Unexpected{CborError::unknown_key};
    ROPE_TRY(const BytesView bytes, in.bytes());
    const auto hash = hash32_from(bytes);
    if (!hash) return Unexpected{CborError::out_of_range};
    return *hash;
}

Expected<std::uint8_t, CborError> take_code(cbor::Decoder& in) {
    ROPE_TRY(const std::uint64_t code, take_uint(in, 7));
    if (code > 3) return Unexpected{CborError::out_of_range};
    return static_cast<std::uint8_t>(code);
}

Expected<TxRecord, CborError> decode_tx(cbor::Decoder& in) {
    ROPE_TRY(const Hash32 tx_id, take_hash(in, 6));
    ROPE_TRY(const std::uint8_t code, take_code(in));
    ROPE_TRY(const Hash32 digest, take_hash(in, 8));
    return TxRecord{.tx_id = tx_id, .code = code, .outcome_digest = digest};
}

Expected<DueRecord, CborError> decode_due(cbor::Decoder& in) {
    ROPE_TRY(const Hash32 due_id, take_hash(in, 6));
    ROPE_TRY(const std::uint8_t code, take_code(in));
    ROPE_TRY(const Hash32 digest, take_hash(in, 8));
    return DueRecord{.due_id = due_id, .code = code, .outcome_digest = digest};
}

Expected<PolicyRecord, CborError> decode_policy(cbor::Decoder& in) {
    ROPE_TRY(const Hash32 policy, take_hash(in, 13));
    ROPE_TRY(const Hash32 previous, take_hash(in, 14));
    ROPE_TRY(const Hash32 keys, take_hash(in, 15));
    return PolicyRecord{
        .policy_digest = policy, .previous_digest = previous, .keys_digest = keys};
}

Expected<BlockRecord, CborError> decode_block_body(cbor::Decoder& in, std::size_t own_keys) {
    BlockRecord body;
    ROPE_TRY(body.state_root, take_hash(in, 9));
    ROPE_TRY(body.record_count, take_uint(in, 10));
    for (std::size_t i = 2; i < own_keys; ++i) {
        ROPE_TRY(const std::uint64_t key, in.uint());
        ROPE_TRY(const BytesView bytes, in.bytes());
        const auto hash = hash32_from(bytes);
        if (!hash) return Unexpected{CborError::out_of_range};
        // Keys rise, so 11 can come only once and only before 12.
        if (key == 11 && !body.genesis_digest && !body.sm3_root) {
            body.genesis_digest = hash;
        } else if (key == 12 && !body.sm3_root) {
            body.sm3_root = hash;
        } else {
            return Unexpected{CborError::unknown_key};
        }
    }
    return body;
}

Expected<Record, CborError> decode_fields(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(const std::size_t count, in.map());
    if (count < 8 || count > 10) return Unexpected{CborError::missing_key};
    ROPE_TRY(const std::uint64_t format, take_uint(in, 0));
    if (format != kRecordFormat) return Unexpected{CborError::unsupported};
    Record record;
    ROPE_TRY(const std::uint64_t origin_key, in.uint());
    if (origin_key != 1) return Unexpected{CborError::unknown_key};
    ROPE_TRY(const std::string_view origin, in.text());
    record.origin = origin;
    ROPE_TRY(record.height, take_uint(in, 2));
    ROPE_TRY(record.index, take_uint(in, 3));
    ROPE_TRY(const std::uint64_t time_ms, take_uint(in, 4));
    record.time_ms = static_cast<std::int64_t>(time_ms);
    ROPE_TRY(const std::uint64_t kind, take_uint(in, 5));
    if (kind == 2) {
        ROPE_TRY(record.body, decode_block_body(in, count - 6));
    } else if (kind == 1 && count == 9) {
        ROPE_TRY(record.body, decode_tx(in));
    } else if (kind == 3 && count == 9) {
        ROPE_TRY(record.body, decode_due(in));
    } else if (kind == 4 && count == 9) {
        ROPE_TRY(record.body, decode_policy(in));
    } else {
        return Unexpected{CborError::unexpected_type};
    }
    if (const auto end = in.end(); !end) return Unexpected{end.error()};
    return record;
}

struct BodyEncoder {
    cbor::Encoder& out;
    const Record& record;

    void coded(const Hash32& id, std::uint8_t code, const Hash32& digest) const {
        out.uint(6).bytes(id).uint(7).uint(code).uint(8).bytes(digest);
    }
    void operator()(const TxRecord& body) const {
        encode_head(out, record, 3, 1);
        coded(body.tx_id, body.code, body.outcome_digest);
    }
    void operator()(const BlockRecord& body) const {
        encode_head(out, record, 2U + body.genesis_digest.has_value() + body.sm3_root.has_value(),
                    2);
        out.uint(9).bytes(body.state_root).uint(10).uint(body.record_count);
        if (body.genesis_digest) out.uint(11).bytes(*body.genesis_digest);
        if (body.sm3_root) out.uint(12).bytes(*body.sm3_root);
    }
    void operator()(const DueRecord& body) const {
        encode_head(out, record, 3, 3);
        coded(body.due_id, body.code, body.outcome_digest);
    }
    void operator()(const PolicyRecord& body) const {
        encode_head(out, record, 3, 4);
        out.uint(13).bytes(body.policy_digest);
        out.uint(14).bytes(body.previous_digest);
        out.uint(15).bytes(body.keys_digest);
    }
};

}  // namespace

Bytes encode_record(const Record& record) {
    ROPE_CHECK(record.time_ms >= 0);
    cbor::Encoder out;
    std::visit(BodyEncoder{out, record}, record.body);
    return std::move(out).take();
}

Expected<Record, RecordError> decode_record(BytesView bytes) {
    if (bytes.size() > kRecordBytesMax) return Unexpected{RecordError::oversize};
    auto decoded = decode_fields(bytes);
    if (!decoded) {
        switch (decoded.error()) {
            case CborError::unsupported: return Unexpected{RecordError::format};
            case CborError::out_of_range: return Unexpected{RecordError::range};
            case CborError::unexpected_type: return Unexpected{RecordError::kind};
            default: return Unexpected{RecordError::malformed};
        }
    }
    if (!is_origin(decoded->origin)) return Unexpected{RecordError::origin};
    const auto* block = std::get_if<BlockRecord>(&decoded->body);
    const bool first = decoded->index == 0;
    if (first && (block == nullptr || decoded->height != 0 || block->record_count != 0)) {
        return Unexpected{RecordError::kind};
    }
    if (block != nullptr && block->genesis_digest.has_value() != first) {
        return Unexpected{RecordError::kind};
    }
    return *std::move(decoded);
}

}  // namespace ropenet
