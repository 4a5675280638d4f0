// The export of a rope in pages: a CBOR sequence whose pages, one after the other, are the file.
#include "api/handlers.hpp"
#include "ledger/rope_export.hpp"
#include "types/limits.hpp"

namespace ropenet::api {
namespace {

constexpr std::size_t kPageBytesMax = 1U << 20;

struct ExportQuery {
    ledger::ExportRange range;
    bool begins = true;  // with the header
};

OrRefused<ExportQuery> export_query(const Call& call, std::uint64_t checkpoint_size) {
    ROPE_TRY(const std::uint64_t size,
             number_query(call, "size",
                          {.least = 1, .most = checkpoint_size, .otherwise = checkpoint_size}));
    ROPE_TRY(const std::uint64_t from,
             number_query(call, "from", {.least = 0, .most = size, .otherwise = 0}));
    ROPE_TRY(const std::uint64_t more,
             number_query(call, "continue", {.least = 0, .most = 1, .otherwise = 0}));
    return ExportQuery{.range = {.from = from, .size = size, .tiled = checkpoint_size},
                       .begins = more == 0};
}

/// Each transaction is asked for: one that the caller may not read ends the export.
OrRefused<void> expect_readable(const Call& call, const std::vector<ExportLeaf>& leaves) {
    for (const ExportLeaf& leaf : leaves) {
        if (leaf.tx.empty()) continue;
        const auto tx = decode_transaction(leaf.tx);
        if (!tx) return Unexpected{problem("storage")};
        ROPE_TRY([[maybe_unused]] const auto view,
                 readable_view(
                     call, {.kind = execution::ObjectKind::transaction, .contract = tx->contract}));
    }
    return {};
}

}  // namespace

http::Response show_export(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::log_file});
    if (!view) return view.error();
    const cosign::SignedCheckpointPtr newest = call.rope->cosigner.newest();
    const auto query = export_query(call, newest->checkpoint.size);
    if (!query) return query.error();
    Bytes body;
    if (query->begins) {
        const auto& texts = call.rope->cosigner.trust().texts;
        const auto header = ledger::export_header(
            call.rope->reader, {.policy = texts.policy, .keys = texts.keys, .note = newest->note},
            query->range);
        if (!header) return problem(header.error());
        append(body, encode_export_item(*header));
    }
    std::uint64_t next = query->range.from;
    if (next < query->range.size) {
        const auto leaves = ledger::export_leaves(call.rope->reader, query->range, kPageBytesMax);
        if (!leaves) return problem(leaves.error());
        const auto allowed = expect_readable(call, *leaves);
        if (!allowed) return allowed.error();
        for (const ExportLeaf& leaf : *leaves)
            append(body, encode_export_item(leaf));
        next += leaves->size();
    }
    if (next == query->range.size) append(body, encode_export_item(ExportEnd{next}));
    return answer_bytes(call, (*view)->height(), "application/cbor-seq", body);
}

}  // namespace ropenet::api
