#include "ledger/layout.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "codec/cbor.hpp"

namespace ropenet::ledger {
namespace {

Bytes tagged(char tag, BytesView body) {
    Bytes out;
    out.reserve(body.size() + 9);
    out.push_back(static_cast<std::uint8_t>(tag));
    append(out, body);
    return out;
}

Bytes ordered(BytesView full_key) {
    Bytes out;
    out.reserve(full_key.size() + 12);
    for (const std::uint8_t byte : full_key) {
        out.push_back(byte);
        if (byte == 0) out.push_back(0xFF);
    }
    out.push_back(0);
    out.push_back(1);
    return out;
}

std::optional<std::uint64_t> next_uint(cbor::Decoder& in) {
    const auto value = in.uint();
    return value ? std::optional{*value} : std::nullopt;
}

std::optional<std::uint32_t> next_uint32(cbor::Decoder& in) {
    const auto number = next_uint(in);
    if (!number || *number > 0xFFFFFFFFU) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<Hash32> next_hash(cbor::Decoder& in) {
    const auto bytes = in.bytes();
    return bytes ? hash32_from(*bytes) : std::nullopt;
}

}  // namespace

Bytes be64_key(std::uint64_t number) {
    Bytes out;
    out.reserve(8);
    append_be64(out, number);
    return out;
}

std::uint64_t be64_of(BytesView key) {
    ROPE_CHECK(key.size() >= 8);
    return be64_from(key.last<8>());
}

Bytes past_key(BytesView full_key, std::uint64_t height) {
    Bytes out = ordered(full_key);
    append_be64(out, height);
    return out;
}

bool is_past_key_of(BytesView key, BytesView full_key) {
    const Bytes prefix = ordered(full_key);
    return key.size() == prefix.size() + 8 && equal(key.first(prefix.size()), prefix);
}

Bytes versioned(const std::optional<Bytes>& value) {
    Bytes out;
    out.push_back(value ? 1 : 0);
    if (value) append(out, *value);
    return out;
}

std::optional<std::optional<Bytes>> value_of_versioned(BytesView bytes) {
    if (bytes.empty() || bytes[0] > 1) return std::nullopt;
    if (bytes[0] == 1) return std::optional{to_bytes(bytes.subspan(1))};
    if (bytes.size() != 1) return std::nullopt;
    return std::optional<std::optional<Bytes>>{std::in_place};
}

Bytes index_by_account(const AccountId& account, std::uint64_t index) {
    Bytes out = tagged('a', account.bytes());
    append_be64(out, index);
    return out;
}

Bytes index_by_contract(std::string_view contract, std::uint64_t index) {
    Bytes out = tagged('c', view_of(contract));
    out.push_back(0);
    append_be64(out, index);
    return out;
}

Bytes index_by_code(OutcomeCode code, std::uint64_t index) {
    const auto byte = static_cast<std::uint8_t>(code);
    Bytes out = tagged('o', {&byte, 1});
    append_be64(out, index);
    return out;
}

Bytes index_of_deposit(std::uint64_t index) {
    return tagged('d', be64_key(index));
}

Bytes index_by_content(const Hash32& sha256, const AccountId& account) {
    Bytes out = tagged('e', sha256);
    append(out, account.bytes());
    return out;
}

Bytes index_of_account_deposit(const AccountId& account, std::uint64_t index) {
    Bytes out = tagged('f', account.bytes());
    append_be64(out, index);
    return out;
}

Bytes changed_key(std::uint64_t height, std::uint32_t part) {
    Bytes out = be64_key(height);
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(part >> (shift - 8) & 0xFF));
    }
    return out;
}

PositionRange positions_below(const Hash32& prefix, unsigned depth) {
    PositionRange range{.first = prefix, .last = prefix};
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        // Bits that are not fixed: both halves, the lower half, or none of the byte.
        const std::uint8_t open = 2 * i + 2 <= depth ? 0x00 : 2 * i + 1 == depth ? 0x0F : 0xFF;
        range.first[i] &= static_cast<std::uint8_t>(~open);
        range.last[i] |= open;
    }
    return range;
}

Bytes encode_leaf(const merkle::TreeLeaf& leaf) {
    Bytes out = to_bytes(leaf.key);
    append(out, leaf.value);
    return out;
}

std::optional<merkle::TreeLeaf> decode_leaf(BytesView bytes) {
    merkle::TreeLeaf leaf;
    if (bytes.size() != leaf.key.size() + leaf.value.size()) return std::nullopt;
    std::ranges::copy(bytes.first(leaf.key.size()), leaf.key.begin());
    std::ranges::copy(bytes.subspan(leaf.key.size()), leaf.value.begin());
    return leaf;
}

Bytes encode_summary(const HeightSummary& summary) {
    cbor::Encoder out;
    out.array(6).uint(summary.height).sint(summary.time_ms).uint(summary.state_version);
    out.uint(summary.log_size).bytes(summary.state_root).bytes(summary.log_root);
    return std::move(out).take();
}

std::optional<HeightSummary> decode_summary(BytesView bytes) {
    cbor::Decoder in{bytes};
    const auto count = in.array();
    if (!count || *count != 6) return std::nullopt;
    const auto height = next_uint(in);
    const auto time_ms = next_uint(in);
    const auto version = next_uint(in);
    const auto log_size = next_uint(in);
    const auto state_root = next_hash(in);
    const auto log_root = next_hash(in);
    if (!height || !time_ms || !version || !log_size || !state_root || !log_root || !in.end()) {
        return std::nullopt;
    }
    return HeightSummary{.height = *height,
                         .time_ms = static_cast<std::int64_t>(*time_ms),
                         .state_version = *version,
                         .log_size = *log_size,
                         .state_root = *state_root,
                         .log_root = *log_root};
}

Bytes encode_row(const TxRow& row) {
    cbor::Encoder out{row.outcome.size() + 144};
    out.array(10).uint(row.height).sint(row.time_ms).bytes(row.tx_id);
    out.uint(row.offset).uint(row.size).uint(row.crc);
    out.bytes(row.account.bytes()).text(row.contract).text(row.action).bytes(row.outcome);
    return std::move(out).take();
}

std::optional<TxRow> decode_row(BytesView bytes) {
    cbor::Decoder in{bytes};
    const auto count = in.array();
    if (!count || *count != 10) return std::nullopt;
    const auto height = next_uint(in);
    const auto time_ms = next_uint(in);
    const auto tx_id_bytes = in.bytes();
    const auto tx_id = tx_id_bytes ? hash32_from(*tx_id_bytes) : std::nullopt;
    const auto offset = next_uint32(in);
    const auto size = next_uint32(in);
    const auto crc = next_uint32(in);
    const auto account = in.bytes();
    const auto contract = in.text();
    const auto action = in.text();
    const auto outcome = in.bytes();
    if (!height || !time_ms || !tx_id || !offset || !size || !crc) return std::nullopt;
    if (!account || !contract || !action || !outcome) return std::nullopt;
    if (account->size() != 16 || !in.end()) return std::nullopt;
    std::array<std::uint8_t, 16> id{};
    std::ranges::copy(*account, id.begin());
    return TxRow{.height = *height,
                 .time_ms = static_cast<std::int64_t>(*time_ms),
                 .tx_id = *tx_id,
                 .offset = *offset,
                 .size = *size,
                 .crc = *crc,
                 .account = AccountId{id},
                 .contract = std::string{*contract},
                 .action = std::string{*action},
                 .outcome = to_bytes(*outcome)};
}

}  // namespace ropenet::ledger
