#include "types/record.hpp"

#include "codec/cbor.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

using cbor::CborError;

constexpr std::uint64_t kRecordFormat = 1;
constexpr std::uint64_t kOutcomeCodeMax = 3;

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

/// A map with one cursor: every field of a record is read by its key.
struct Fields {
    cbor::Decoder& in;
    cbor::MapReader map;

    Expected<std::uint64_t, CborError> uint(std::int64_t key) {
        ROPE_DO(map.require(key));
        ROPE_TRY(const std::uint64_t value, in.uint());
        if (value > kIntegerMax) return Unexpected{CborError::out_of_range};
        return value;
    }

    Expected<Hash32, CborError> hash(std::int64_t key) {
        ROPE_DO(map.require(key));
        ROPE_TRY(const BytesView bytes, in.bytes());
        const auto hash = hash32_from(bytes);
        if (!hash) return Unexpected{CborError::out_of_range};
        return *hash;
    }

    Expected<std::optional<Hash32>, CborError> optional_hash(std::int64_t key) {
        if (!map.next_is(key)) return std::optional<Hash32>{};
        ROPE_TRY(const Hash32 found, hash(key));
        return std::optional{found};
    }

    Expected<std::uint8_t, CborError> code(std::int64_t key) {
        ROPE_TRY(const std::uint64_t value, uint(key));
        if (value > kOutcomeCodeMax) return Unexpected{CborError::out_of_range};
        return static_cast<std::uint8_t>(value);
    }
};

/// Tx and due records have the same three keys.
template <typename Body>
Expected<Body, CborError> decode_coded(Fields& fields) {
    ROPE_TRY(const Hash32 id, fields.hash(6));
    ROPE_TRY(const std::uint8_t code, fields.code(7));
    ROPE_TRY(const Hash32 digest, fields.hash(8));
    return Body{id, code, digest};
}

Expected<PolicyRecord, CborError> decode_policy(Fields& fields) {
    ROPE_TRY(const Hash32 policy, fields.hash(13));
    ROPE_TRY(const Hash32 previous, fields.hash(14));
    ROPE_TRY(const Hash32 keys, fields.hash(15));
    return PolicyRecord{.policy_digest = policy, .previous_digest = previous, .keys_digest = keys};
}

Expected<BlockRecord, CborError> decode_block_body(Fields& fields) {
    BlockRecord body;
    ROPE_TRY(body.state_root, fields.hash(9));
    ROPE_TRY(body.record_count, fields.uint(10));
    ROPE_TRY(body.genesis_digest, fields.optional_hash(11));
    ROPE_TRY(body.sm3_root, fields.optional_hash(12));
    return body;
}

Expected<void, CborError> decode_body(Fields& fields, std::uint64_t kind, Record& record) {
    switch (kind) {
        case 1: {
            ROPE_TRY(record.body, decode_coded<TxRecord>(fields));
            return {};
        }
        case 2: {
            ROPE_TRY(record.body, decode_block_body(fields));
            return {};
        }
        case 3: {
            ROPE_TRY(record.body, decode_coded<DueRecord>(fields));
            return {};
        }
        case 4: {
            ROPE_TRY(record.body, decode_policy(fields));
            return {};
        }
        default:
            return Unexpected{CborError::unexpected_type};
    }
}

Expected<Record, CborError> decode_fields(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(const cbor::MapReader map, in.fields());
    Fields fields{in, map};
    ROPE_TRY(const std::uint64_t format, fields.uint(0));
    if (format != kRecordFormat) return Unexpected{CborError::unsupported};
    Record record;
    ROPE_DO(fields.map.require(1));
    ROPE_TRY(record.origin, in.text());
    ROPE_TRY(record.height, fields.uint(2));
    ROPE_TRY(record.index, fields.uint(3));
    ROPE_TRY(const std::uint64_t time_ms, fields.uint(4));
    record.time_ms = static_cast<std::int64_t>(time_ms);
    ROPE_TRY(const std::uint64_t kind, fields.uint(5));
    ROPE_DO(decode_body(fields, kind, record));
    ROPE_DO(fields.map.finish());
    ROPE_DO(in.end());
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
            case CborError::unsupported:
                return Unexpected{RecordError::format};
            case CborError::out_of_range:
                return Unexpected{RecordError::range};
            case CborError::unexpected_type:
                return Unexpected{RecordError::kind};
            default:
                return Unexpected{RecordError::malformed};
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
