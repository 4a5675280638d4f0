#include "ledger/rope_export.hpp"

#include <algorithm>

#include "merkle/tiles.hpp"
#include "types/checkpoint.hpp"
#include "types/note.hpp"

namespace ropenet::ledger {
namespace {

Unexpected<Error> damaged(std::string what) {
    return fail(ErrorCode::corrupt, std::move(what) + "; run `ropenet node repair`");
}

/// The tile of entries that holds `index`, whole or as long as a log of `tiled` leaves needs it.
Result<std::vector<Bytes>> entries_around(const Reader& reader, std::uint64_t index,
                                          std::uint64_t tiled) {
    merkle::TileId tile = merkle::bundle_of(index, tiled);
    ROPE_TRY(auto bytes, reader.log_file(merkle::path_of(tile)));
    if (!bytes && tile.width < merkle::kTileWidth) {
        // The log grew meanwhile and its full tile took the place of the partial one.
        tile.width = merkle::kTileWidth;
        ROPE_TRY(bytes, reader.log_file(merkle::path_of(tile)));
    }
    if (!bytes) return damaged(merkle::path_of(tile) + " is missing");
    auto entries = merkle::entries_from_bundle(*bytes);
    if (!entries) return damaged(merkle::path_of(tile) + " is not a tile of entries");
    return *std::move(entries);
}

Result<ExportLeaf> leaf_of(const Reader& reader, std::uint64_t index, Bytes record_bytes) {
    ExportLeaf leaf{.record = std::move(record_bytes), .tx = {}, .outcome = {}};
    const auto record = decode_record(leaf.record);
    if (!record) return damaged("record " + std::to_string(index) + " does not decode");
    if (!std::holds_alternative<TxRecord>(record->body)) return leaf;
    ROPE_TRY(auto entry, reader.tx_at(index));
    if (!entry) return damaged("transaction " + std::to_string(index) + " is missing");
    leaf.tx = std::move(entry->tx.encoded);
    leaf.outcome = encode_outcome(entry->outcome);
    return leaf;
}

}  // namespace

Result<ExportHeader> export_header(const Reader& reader, const ExportTexts& texts,
                                   const ExportRange& range) {
    const auto note = note_from_text(texts.note);
    const auto checkpoint = checkpoint_from_text(note ? std::string_view{note->text} : "");
    if (!checkpoint) return damaged("log/checkpoint cannot be read");
    ExportHeader header{.origin = reader.origin(),
                        .from = range.from,
                        .size = range.size,
                        .genesis = reader.genesis_bytes(),
                        .policy = texts.policy,
                        .keys = texts.keys,
                        .note = texts.note,
                        .before = {},
                        .consistency = {}};
    if (range.from > 0) {
        ROPE_TRY(header.before, reader.subtrees(range.from));
    }
    ROPE_TRY(header.consistency, reader.consistency(range.size, checkpoint->size));
    return header;
}

Result<std::vector<ExportLeaf>> export_leaves(const Reader& reader, const ExportRange& range,
                                              std::size_t bytes_max) {
    ROPE_TRY(auto entries, entries_around(reader, range.from, range.tiled));
    const std::uint64_t first = range.from - range.from % merkle::kTileWidth;
    const std::uint64_t end = std::min<std::uint64_t>(first + entries.size(), range.size);
    if (end <= range.from) return damaged("a tile of entries is shorter than its log");
    std::vector<ExportLeaf> out;
    std::size_t bytes = 0;
    for (std::uint64_t index = range.from; index < end; ++index) {
        if (!out.empty() && bytes >= bytes_max) break;
        ROPE_TRY(ExportLeaf leaf, leaf_of(reader, index, std::move(entries[index - first])));
        bytes += leaf.record.size() + leaf.tx.size() + leaf.outcome.size();
        out.push_back(std::move(leaf));
    }
    return out;
}

}  // namespace ropenet::ledger
