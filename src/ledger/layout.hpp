// Where the ledger keeps what in the key-value store. All of it is derived from the block log.
//
//   column      key                                      value
//   meta        "last", "frontier", "floor"              summary, log frontier, be64(height)
//   values      full key                                 be64(height of the write) || versioned
//   past        ordered(full key) || be64(height)        as in values, what that height replaced
//   leaves      position(32)                             ICS-23 key(32), ICS-23 value(32)
//   heights     be64(height)                             summary
//   txs         be64(first index)                        tx rows, as items of chunks.hpp
//   tx_ids      tx_id                                    be64(index)
//   index       'a' account(16) be64(first index)        posting of chunks.hpp, as for all but 'e'
//               'c' contract 0x00 be64(first index)
//               'o' code(1) be64(first index)
//               'd' be64(first index)                    deposits
//               'f' account(16) be64(first index)        deposits of the account
//               'e' sha256(32) account(16)               be64(index)
//   records     be64(first index)                        leaves, as items, until a checkpoint's
//                                                        tiles hold them
//   changed     be64(height) be32(part)                  items, each a byte and a full key that
//                                                        the height wrote: 1 if that replaced a
//                                                        value (it is in `past`), else 0
//
// versioned = 0x00 (no value) | 0x01 value. A first write, and one after the key was erased, leaves
// nothing in `past`: a reader of an older view finds nothing there that was written in time, and
// that is the answer.
// ordered(x) escapes 0x00 as 0x00 0xFF and ends with 0x00 0x01, so that keys keep their order and
// none is a prefix of another. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "ledger/height_summary.hpp"
#include "merkle/state_tree.hpp"
#include "types/names.hpp"
#include "types/outcome.hpp"

namespace ropenet::ledger {

enum class Column : std::uint32_t {
    meta,
    values,
    past,
    leaves,
    heights,
    txs,
    tx_ids,
    index,
    records,
    changed,
};

inline constexpr std::string_view kColumnNames[] = {
    "meta", "values", "past", "leaves", "heights", "txs", "tx_ids", "index", "records", "changed"};

/// What a list needs to know of a recorded tx without reading its block.
struct TxRow {
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    Hash32 tx_id{};
    std::uint32_t offset = 0;  // of the tx in the encoded block
    std::uint32_t size = 0;
    std::uint32_t crc = 0;  // CRC-32C of the tx
    AccountId account;
    std::string contract;
    std::string action;
    Bytes outcome;  // encoded

    friend bool operator==(const TxRow&, const TxRow&) = default;
};

Bytes be64_key(std::uint64_t number);
std::uint64_t be64_of(BytesView key);  // the last 8 bytes; pre: at least 8

/// Sorts after every `past` key of this full key with a lower height.
Bytes past_key(BytesView full_key, std::uint64_t height);
bool is_past_key_of(BytesView key, BytesView full_key);

Bytes versioned(const std::optional<Bytes>& value);
/// Absent for damage; an absent inner value is an erased one.
std::optional<std::optional<Bytes>> value_of_versioned(BytesView bytes);

Bytes index_by_account(const AccountId& account, std::uint64_t index);
Bytes index_by_contract(std::string_view contract, std::uint64_t index);
Bytes index_by_code(OutcomeCode code, std::uint64_t index);
Bytes index_of_deposit(std::uint64_t index);
Bytes index_by_content(const Hash32& sha256, const AccountId& account);
Bytes index_of_account_deposit(const AccountId& account, std::uint64_t index);

Bytes changed_key(std::uint64_t height, std::uint32_t part);

/// All positions that begin as `prefix` does, for `depth` nibbles.
struct PositionRange {
    Hash32 first{};
    Hash32 last{};
};
PositionRange positions_below(const Hash32& prefix, unsigned depth);

Bytes encode_leaf(const merkle::TreeLeaf& leaf);
std::optional<merkle::TreeLeaf> decode_leaf(BytesView bytes);

Bytes encode_summary(const HeightSummary& summary);
std::optional<HeightSummary> decode_summary(BytesView bytes);
Bytes encode_row(const TxRow& row);
std::optional<TxRow> decode_row(BytesView bytes);

}  // namespace ropenet::ledger
