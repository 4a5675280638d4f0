// The export of a rope: everything that its log commits to, as a sequence of items.
//
//   header = [0, 1, origin, from, size, genesis, policy, keys, note, [* hash], [* hash]]
//   leaf   = [1, record] / [1, record, tx, outcome]          the second exactly for tx records
//   end    = [2, size]
//
// As CBOR a sequence (RFC 8742) of them, as NDJSON one a line with what the record says in words
// beside it. Each has one spelling: decoding and encoding again gives the same bytes. Format:
// docs/spec/export.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

/// One item: a genesis of 1 MiB and two texts, or a deployment and its outcome.
inline constexpr std::size_t kExportItemBytesMax = 3U << 20;
/// Its line: base64 is a third longer, escapes in texts may double them.
inline constexpr std::size_t kExportLineBytesMax = 5U << 20;
/// Hashes that lead from one size of a log to another, and complete subtrees of one.
inline constexpr std::size_t kExportHashesMax = 2 * 53;

struct ExportHeader {
    std::string origin;
    std::uint64_t from = 0;  // index of the first leaf that follows
    std::uint64_t size = 0;  // the leaves that follow end before this index
    Bytes genesis;
    std::string policy;
    std::string keys;
    std::string note;                 // a checkpoint of at least `size` leaves
    std::vector<Hash32> before;       // roots of the complete subtrees of the first `from` leaves
    std::vector<Hash32> consistency;  // from `size` to the checkpoint (RFC 6962 section 2.1.2)

    friend bool operator==(const ExportHeader&, const ExportHeader&) = default;
};

struct ExportLeaf {
    Bytes record;
    Bytes tx;       // of a tx record; the bytes as they were signed and sent
    Bytes outcome;  // of a tx record

    friend bool operator==(const ExportLeaf&, const ExportLeaf&) = default;
};

struct ExportEnd {
    std::uint64_t size = 0;

    friend bool operator==(const ExportEnd&, const ExportEnd&) = default;
};

using ExportItem = std::variant<ExportHeader, ExportLeaf, ExportEnd>;

enum class ExportError : std::uint8_t {
    oversize,
    malformed,  // not CBOR or JSON, or not of this form
    format,     // a format version that this program does not know
    record,     // a leaf that is not a record, or whose kind has no tx or needs one
    spelling,   // a line that is not the one spelling of its item
};
std::string_view name_of(ExportError error);

Bytes encode_export_item(const ExportItem& item);
Expected<ExportItem, ExportError> decode_export_item(BytesView bytes);

/// Without the line end. Pre: a leaf's record decodes.
std::string export_line(const ExportItem& item);
Expected<ExportItem, ExportError> export_item_from_line(std::string_view line);

}  // namespace ropenet
