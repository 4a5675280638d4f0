#include "storage/segment_scan.hpp"

#include "storage/block_entry.hpp"

namespace ropenet::storage {

std::uint64_t bytes_of_entry(BytesView block) {
    return kEntryHeaderBytes + block.size();
}

Result<SegmentScan> scan_segment(
    BytesView segment, std::uint64_t from_height, std::uint64_t to_height,
    const std::function<Result<void>(std::uint64_t height, BytesView block)>& visit) {
    SegmentScan scan{.next_height = from_height};
    while (scan.next_height <= to_height && scan.bytes < segment.size()) {
        const BytesView rest = segment.subspan(scan.bytes);
        if (rest.size() < kEntryHeaderBytes) return scan;
        const EntryHeader header = decode_entry_header(rest.first<kEntryHeaderBytes>());
        const std::uint64_t entry_bytes = kEntryHeaderBytes + std::uint64_t{header.length};
        if (header.height != scan.next_height || entry_bytes > rest.size()) return scan;
        const BytesView block = rest.subspan(kEntryHeaderBytes, header.length);
        if (crc_of_entry(header.length, header.height, block) != header.crc) return scan;
        ROPE_DO(visit(header.height, block));
        scan.bytes += entry_bytes;
        ++scan.next_height;
    }
    scan.whole = true;
    return scan;
}

}  // namespace ropenet::storage
