// A record: one leaf of the log.
//
//   record = { 0: 1, 1: origin, 2: height, 3: index, 4: time_ms, 5: kind, kind's own keys }
//     kind 1 tx     6: tx_id, 7: code, 8: outcome_digest
//     kind 2 block  9: state_root, 10: records of this block before it, ? 11: genesis digest,
//                   ? 12: SM3 root over all leaves before (sm ropes)
//     kind 3 due    6: SHA-256 of CBOR [origin, height, contract, sequence], 7: code, 8: digest
//     kind 4 policy 13: SHA-256 of policy.txt, 14: of the previous one, 15: of keys.txt
//
// Height, index and time stand inside the leaf because a receipt (RFC 9942) does not authenticate
// tree_size and leaf_index. Format: docs/spec/record.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

struct TxRecord {
    Hash32 tx_id{};
    std::uint8_t code = 0;
    Hash32 outcome_digest{};

    friend bool operator==(const TxRecord&, const TxRecord&) = default;
};

struct BlockRecord {
    Hash32 state_root{};
    std::uint64_t record_count = 0;        // records of this block before this one
    std::optional<Hash32> genesis_digest;  // the log's first leaf alone
    std::optional<Hash32> sm3_root;        // sm ropes alone

    friend bool operator==(const BlockRecord&, const BlockRecord&) = default;
};

struct DueRecord {
    Hash32 due_id{};
    std::uint8_t code = 0;
    Hash32 outcome_digest{};

    friend bool operator==(const DueRecord&, const DueRecord&) = default;
};

struct PolicyRecord {
    Hash32 policy_digest{};
    Hash32 previous_digest{};
    Hash32 keys_digest{};

    friend bool operator==(const PolicyRecord&, const PolicyRecord&) = default;
};

struct Record {
    std::string origin;
    std::uint64_t height = 0;
    std::uint64_t index = 0;
    std::int64_t time_ms = 0;
    std::variant<TxRecord, BlockRecord, DueRecord, PolicyRecord> body;

    friend bool operator==(const Record&, const Record&) = default;
};

enum class RecordError : std::uint8_t { malformed, format, origin, range, kind, code, oversize };

Bytes encode_record(const Record& record);
Expected<Record, RecordError> decode_record(BytesView bytes);

}  // namespace ropenet
