#include "types/block.hpp"

#include "codec/cbor.hpp"
#include "types/limits.hpp"

namespace ropenet {
namespace {

using cbor::CborError;

Expected<Hash32, CborError> take_hash(cbor::Decoder& in) {
    ROPE_TRY(const BytesView bytes, in.bytes());
    const auto hash = hash32_from(bytes);
    if (!hash) return Unexpected{CborError::out_of_range};
    return *hash;
}

Expected<std::vector<Bytes>, CborError> take_txs(cbor::Decoder& in) {
    ROPE_TRY(const std::size_t count, in.array());
    if (count > kBlockTxsMax) return Unexpected{CborError::too_large};
    std::vector<Bytes> txs;
    txs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY(const BytesView tx, in.bytes());
        txs.push_back(to_bytes(tx));
    }
    return txs;
}

Expected<Block, CborError> decode_fields(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(cbor::MapReader map, in.fields());
    Block block;
    ROPE_DO(map.require(1));
    ROPE_TRY(block.height, in.uint());
    ROPE_DO(map.require(2));
    ROPE_TRY(block.time_ms, in.sint());
    ROPE_DO(map.require(3));
    ROPE_TRY(block.txs, take_txs(in));
    ROPE_DO(map.require(4));
    ROPE_TRY(block.state_root, take_hash(in));
    ROPE_DO(map.require(5));
    ROPE_TRY(block.log_size, in.uint());
    ROPE_DO(map.require(6));
    ROPE_TRY(block.log_root, take_hash(in));
    ROPE_DO(map.finish());
    ROPE_DO(in.end());
    const bool in_range = block.height <= kIntegerMax && block.log_size <= kIntegerMax &&
                          block.time_ms >= 0 &&
                          static_cast<std::uint64_t>(block.time_ms) <= kIntegerMax;
    if (!in_range) return Unexpected{CborError::out_of_range};
    return block;
}

/// What stands before the transactions.
void encode_head(const Block& block, cbor::Encoder& out) {
    out.map(6);
    out.uint(1).uint(block.height);
    out.uint(2).sint(block.time_ms);
    out.uint(3).array(block.txs.size());
}

/// RFC 8949 section 3.1.
std::size_t bytes_of_head(const Bytes& tx) {
    if (tx.size() < 24) return 1;
    if (tx.size() <= 0xFF) return 2;
    return tx.size() <= 0xFFFF ? 3 : 5;
}

}  // namespace

std::vector<std::uint32_t> tx_offsets_of(const Block& block) {
    cbor::Encoder head;
    encode_head(block, head);
    std::size_t at = std::move(head).take().size();
    std::vector<std::uint32_t> out;
    out.reserve(block.txs.size());
    for (const Bytes& tx : block.txs) {
        at += bytes_of_head(tx);
        out.push_back(static_cast<std::uint32_t>(at));
        at += tx.size();
    }
    return out;
}

Bytes encode_block(const Block& block) {
    std::size_t size = 160;
    for (const Bytes& tx : block.txs)
        size += tx.size() + 5;
    cbor::Encoder out{size};
    encode_head(block, out);
    for (const Bytes& tx : block.txs)
        out.bytes(tx);
    out.uint(4).bytes(block.state_root);
    out.uint(5).uint(block.log_size);
    out.uint(6).bytes(block.log_root);
    return std::move(out).take();
}

Expected<Block, BlockError> decode_block(BytesView bytes) {
    if (bytes.size() > kBlockEncodedBytesMax) return Unexpected{BlockError::oversize};
    auto decoded = decode_fields(bytes);
    if (decoded) return *std::move(decoded);
    switch (decoded.error()) {
        case CborError::out_of_range:
            return Unexpected{BlockError::range};
        case CborError::too_large:
            return Unexpected{BlockError::too_many_txs};
        default:
            return Unexpected{BlockError::malformed};
    }
}

}  // namespace ropenet
