// POST of transactions: one as COSE_Sign1, or up to kBatchTxsMax in a CBOR array.
#include <chrono>

#include "api/handlers.hpp"
#include "api/render.hpp"
#include "codec/cbor.hpp"
#include "types/limits.hpp"

namespace ropenet::api {
namespace {

using Wait = std::optional<std::chrono::milliseconds>;

constexpr std::uint64_t kWaitMaxS = 60;
constexpr std::uint64_t kWaitDefaultS = 10;
constexpr unsigned kAccepted = 202;

/// ?wait=committed&timeout=SECONDS
OrRefused<Wait> wait_of(const Call& call) {
    ROPE_TRY(
        const std::uint64_t seconds,
        number_query(call, "timeout", {.least = 0, .most = kWaitMaxS, .otherwise = kWaitDefaultS}));
    const auto wait = call.request.find_query("wait");
    if (!wait) return Wait{};
    if (*wait != "committed") return Unexpected{bad_request("wait", "committed", "须为 committed")};
    return Wait{std::chrono::seconds{seconds}};
}

/// What outlives the call while a transaction waits for its block.
struct Waiting {
    const Services* services;
    const RopeAccess* rope;
    bool new_alone;  // If-None-Match: *, the caller wants this to be its first record
};

/// What a problem says of the transaction; its own members have the words.
json::Object identity_of(const admission::TxAnswer& answer) {
    return {{"tx_id", answer.tx_id ? json::Value{hex(*answer.tx_id)} : json::Value{}},
            {"tx_status", name_of(answer.status)}};
}

http::Response answer_of(const Waiting& waiting, const admission::Submitted& submitted) {
    if (!submitted) return problem(submitted.error());
    const http::Request none;
    const Call call{
        .services = *waiting.services, .request = none, .path = {}, .rope = waiting.rope};
    if (submitted->error) {
        return problem(problem_of(*submitted->error), {.more = identity_of(*submitted)});
    }
    if (waiting.new_alone && submitted->recorded && submitted->duplicate) {
        return problem("tx.exists", {.more = identity_of(*submitted)});
    }
    json::Object body = tx_object(*submitted);
    const bool pending = submitted->status == admission::TxStatus::pending;
    // `height` of a tx object is the tx's own, so the rope's stands in the header alone.
    const auto view = waiting.rope->reader.latest();
    auto response = answer_bytes(call, view->height(), "application/json",
                                 view_of(json::serialize(json::Value{std::move(body)}) + "\n"));
    if (pending) response.status = kAccepted;
    return response;
}

http::Response batch_answer(const Waiting& waiting,
                            const std::vector<admission::Submitted>& results) {
    const http::Request none;
    const Call call{
        .services = *waiting.services, .request = none, .path = {}, .rope = waiting.rope};
    json::Array items;
    bool pending = false;
    for (const auto& result : results) {
        pending = pending || (result && result->status == admission::TxStatus::pending);
        items.emplace_back(batch_object(result));
    }
    return answer(call, *waiting.rope->reader.latest(),
                  json::Object{{"results", json::Value{std::move(items)}}},
                  pending ? kAccepted : 200U);
}

OrRefused<std::vector<Bytes>> txs_of(const Call& call) {
    cbor::Decoder in{call.request.body};
    const auto wrong = [] {
        return Unexpected{
            bad_request("body", "a CBOR array of byte strings", "须为字节串组成的 CBOR 数组")};
    };
    const auto count = in.array();
    if (!count) return wrong();
    if (*count > kBatchTxsMax) return Unexpected{problem("request.too_many")};
    std::vector<Bytes> out;
    out.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
        const auto tx = in.bytes();
        if (!tx) return wrong();
        out.push_back(to_bytes(*tx));
    }
    if (!in.end()) return wrong();
    return out;
}

Waiting waiting_of(const Call& call) {
    const auto match = call.request.find_header("If-None-Match");
    return {.services = &call.services, .rope = call.rope, .new_alone = match == "*"};
}

}  // namespace

void submit_tx(const Call& call, http::Responder responder) {
    if (call.rope->read_only) return responder.respond(problem("rope.read_only"));
    const auto wait = wait_of(call);
    if (!wait) return responder.respond(wait.error());
    if (!has_media_type(call, "application/cose")) {
        return responder.respond(problem("request.media_type", {.object = "application/cose"}));
    }
    call.rope->admission.submit(
        call.request.body, *wait,
        [waiting = waiting_of(call), responder](const admission::Submitted& submitted) {
            responder.respond(answer_of(waiting, submitted));
        });
}

void submit_batch(const Call& call, http::Responder responder) {
    if (call.rope->read_only) return responder.respond(problem("rope.read_only"));
    const auto wait = wait_of(call);
    if (!wait) return responder.respond(wait.error());
    if (!has_media_type(call, "application/cbor")) {
        return responder.respond(problem("request.media_type", {.object = "application/cbor"}));
    }
    auto txs = txs_of(call);
    if (!txs) return responder.respond(txs.error());
    call.rope->admission.submit_batch(
        *std::move(txs), *wait,
        [waiting = waiting_of(call), responder](const std::vector<admission::Submitted>& results) {
            responder.respond(batch_answer(waiting, results));
        });
}

}  // namespace ropenet::api
