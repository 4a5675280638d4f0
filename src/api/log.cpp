// The log: blocks, records with their proofs, and the files of C2SP tlog-tiles.
#include "api/handlers.hpp"
#include "api/render.hpp"
#include "types/limits.hpp"

namespace ropenet::api {
namespace {

json::Value texts_of(const std::vector<Hash32>& hashes) {
    json::Array out;
    for (const Hash32& hash : hashes)
        out.emplace_back(hex(hash));
    return json::Value{std::move(out)};
}

Result<json::Object> record_object(const Call& call, std::uint64_t index, const Bytes& bytes) {
    json::Object out{{"index", index}, {"record_hex", hex(bytes)}};
    const auto record = decode_record(bytes);
    if (record) out.emplace_back("fields", json_of(*record));
    const auto checkpoint = call.rope->cosigner.newest()->checkpoint;
    json::Value proof;
    if (index < checkpoint.size) {
        ROPE_TRY(const auto path, call.rope->reader.inclusion(index, checkpoint.size));
        proof = json::Object{
            {"size", checkpoint.size}, {"root", hex(checkpoint.root)}, {"path", texts_of(path)}};
    }
    out.emplace_back("proof", std::move(proof));
    return out;
}

}  // namespace

http::Response show_block(const Call& call) {
    const auto height = number_path(call.param(0), "height");
    if (!height) return height.error();
    const auto view = readable_view(call, {.kind = execution::ObjectKind::block});
    if (!view) return view.error();
    const auto block = call.rope->reader.block_at(*height);
    if (!block) return problem(block.error());
    if (!*block) return problem("not_found.block", {.object = call.param(0)});
    json::Array txs;
    for (const Bytes& encoded : (*block)->txs) {
        const auto tx = decode_transaction(encoded);
        if (tx) txs.emplace_back(hex(tx->tx_id));
    }
    return answer(call, **view,
                  {{"block", json::Object{{"height", (*block)->height},
                                          {"time_ms", (*block)->time_ms},
                                          {"txs", json::Value{std::move(txs)}},
                                          {"state_root", hex((*block)->state_root)},
                                          {"log_size", (*block)->log_size},
                                          {"log_root", hex((*block)->log_root)}}}});
}

http::Response list_records(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::record});
    if (!view) return view.error();
    const auto from = number_query(call, "from", {.least = 0, .most = kIntegerMax, .otherwise = 0});
    if (!from) return from.error();
    const auto limit =
        number_query(call, "limit", {.least = 1, .most = kPageItemsMax, .otherwise = kPageItems});
    if (!limit) return limit.error();
    json::Array records;
    const std::uint64_t end = std::min(*from + *limit, (*view)->log_size());
    for (std::uint64_t index = *from; index < end; ++index) {
        const auto bytes = call.rope->reader.record_at(index);
        if (!bytes) return problem(bytes.error());
        if (!*bytes) break;
        auto record = record_object(call, index, **bytes);
        if (!record) return problem(record.error());
        records.emplace_back(*std::move(record));
    }
    const bool more = end < (*view)->log_size();
    return answer(call, **view,
                  {{"log_size", (*view)->log_size()},
                   {"records", json::Value{std::move(records)}},
                   {"next", more ? json::Value{end} : json::Value{}}});
}

http::Response show_record(const Call& call) {
    const auto index = number_path(call.param(0), "index");
    if (!index) return index.error();
    const auto view = readable_view(call, {.kind = execution::ObjectKind::record});
    if (!view) return view.error();
    const auto bytes = call.rope->reader.record_at(*index);
    if (!bytes) return problem(bytes.error());
    if (!*bytes) return problem("not_found.record", {.object = call.param(0)});
    auto record = record_object(call, *index, **bytes);
    if (!record) return problem(record.error());
    return answer(call, **view, *std::move(record));
}

http::Response show_log_file(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::log_file});
    if (!view) return view.error();
    const std::string& path = call.param(0);
    const auto file = call.rope->reader.log_file(path);
    if (!file) return problem(file.error());
    if (!*file) return problem("not_found.file", {.object = path});
    const bool checkpoint = path == "checkpoint";
    auto response =
        answer_bytes(call, (*view)->height(),
                     checkpoint ? "text/plain; charset=utf-8" : "application/octet-stream", **file);
    // A full tile never changes; a partial one of a given width does not either.
    response.headers.emplace_back("Cache-Control",
                                  checkpoint ? "no-cache" : "public, max-age=31536000, immutable");
    return response;
}

}  // namespace ropenet::api
