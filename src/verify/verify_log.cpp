#include "verify/verify_log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "types/checkpoint.hpp"
#include "types/limits.hpp"
#include "types/note.hpp"
#include "types/record.hpp"
#include "verify/check_list.hpp"
#include "verify/inclusion.hpp"
#include "verify/record_order.hpp"
#include "verify/signed_origin.hpp"
#include "verify/tile_check.hpp"

namespace ropenet::verify {
namespace {

/// Entries with 16-bit lengths; absent if they do not fill the file. A full bundle may stand in
/// for a partial one: then only the first `count` are taken.
std::optional<std::vector<BytesView>> entries_from(BytesView bundle, std::size_t count) {
    std::vector<BytesView> entries;
    while (!bundle.empty()) {
        if (bundle.size() < 2 || entries.size() == kTileWidth) return std::nullopt;
        const std::size_t length = static_cast<std::size_t>(bundle[0] << 8 | bundle[1]);
        bundle = bundle.subspan(2);
        if (bundle.size() < length) return std::nullopt;
        entries.push_back(bundle.first(length));
        bundle = bundle.subspan(length);
    }
    if (entries.size() != count && entries.size() != kTileWidth) return std::nullopt;
    entries.resize(count);
    return entries;
}

struct Faults {
    std::string entries;
    std::string records;
};

void walk_entries(const LogReader& read, std::uint64_t size, TileCheck& tiles, RecordOrder& order,
                  Faults& faults) {
    for (std::uint64_t first = 0; first < size && faults.entries.empty(); first += kTileWidth) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(kTileWidth, size - first));
        const auto bundle = read_tile(read, "entries", first / kTileWidth, count);
        const auto entries = bundle ? entries_from(*bundle, count) : std::nullopt;
        if (!entries) {
            faults.entries = tile_path("entries", first / kTileWidth, count);
            return;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const BytesView entry = (*entries)[i];
            tiles.add(leaf_hash(entry));
            if (!faults.records.empty()) continue;
            const auto record = decode_record(entry);
            const std::string_view fault = record ? order.next(*record) : "not a record";
            if (!fault.empty()) {
                faults.records = "record " + std::to_string(first + i) + ": " + std::string{fault};
            }
        }
    }
}

void check_entries(const LogReader& read, LogReport& report, CheckList& checks) {
    TileCheck tiles{read};
    RecordOrder order{report.origin};
    Faults faults;
    walk_entries(read, report.size, tiles, order, faults);
    tiles.finish();
    if (faults.records.empty() && order.has_duplicate()) {
        faults.records = "one transaction recorded twice";
    }
    report.height = order.height();
    report.tx_count = order.tx_count();
    if (!checks.expect(CheckId::log_entries, faults.entries.empty(), faults.entries)) return;
    checks.expect(CheckId::log_tiles, tiles.fault().empty(), tiles.fault());
    checks.expect(CheckId::log_root, tiles.root() == report.root);
    checks.expect(CheckId::log_records, faults.records.empty(), faults.records);
    if (faults.records.empty()) checks.expect(CheckId::log_end, order.closed());
}

}  // namespace

LogReport verify_log(const LogReader& read, const std::optional<TrustedPolicy>& trust) {
    LogReport report;
    CheckList checks;
    const auto text = read("checkpoint");
    const auto note = text ? note_from_text(text_of(*text))
                           : Expected<Note, NoteError>{Unexpected{NoteError::text}};
    auto checkpoint =
        note ? checkpoint_from_text(note->text)
             : Expected<Checkpoint, CheckpointError>{Unexpected{CheckpointError::lines}};
    if (!checks.expect(CheckId::log_checkpoint, checkpoint.has_value())) {
        report.verdict.checks = std::move(checks).take();
        return report;
    }
    report.origin = checkpoint->origin;
    report.size = checkpoint->size;
    report.root = checkpoint->root;
    check_entries(read, report, checks);

    const Origin origin = establish(*note, trust);
    const bool intact = checks.all_ok() && origin != Origin::broken;
    if (trust) {
        checks.expect(CheckId::log_policy, origin == Origin::established);
    } else {
        checks.skip(CheckId::log_policy, "not checked: no trusted policy was given",
                    "未检验：未提供受信任的策略");
    }
    report.verdict.checks = std::move(checks).take();
    if (intact) {
        report.verdict.kind =
            origin == Origin::established ? VerdictKind::valid : VerdictKind::consistent;
    }
    return report;
}

}  // namespace ropenet::verify
