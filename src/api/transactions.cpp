// Recorded transactions: one, many, and the evidence of one.
#include "api/handlers.hpp"
#include "api/page.hpp"
#include "api/render.hpp"
#include "state/state_view.hpp"
#include "types/bundle.hpp"
#include "types/limits.hpp"

namespace ropenet::api {
namespace {

constexpr unsigned kAccepted = 202;
constexpr unsigned kNotFound = 404;
constexpr std::uint64_t kOutcomeCodeMax = 3;

OrRefused<std::optional<std::int64_t>> time_query(const Call& call, std::string_view name) {
    if (!call.request.find_query(name)) return std::optional<std::int64_t>{};
    ROPE_TRY(const std::uint64_t value,
             number_query(call, name, {.least = 0, .most = kIntegerMax, .otherwise = 0}));
    return std::optional{static_cast<std::int64_t>(value)};
}

std::optional<std::string> text_query(const Call& call, std::string_view name) {
    const auto text = call.request.find_query(name);
    return text ? std::optional{std::string{*text}} : std::nullopt;
}

}  // namespace

OrRefused<ledger::TxFilter> tx_filter(const Call& call) {
    ledger::TxFilter filter;
    ROPE_TRY(filter.account, account_query(call));
    filter.contract = text_query(call, "contract");
    filter.action = text_query(call, "action");
    if (call.request.find_query("code")) {
        ROPE_TRY(const std::uint64_t code,
                 number_query(call, "code", {.least = 0, .most = kOutcomeCodeMax, .otherwise = 0}));
        filter.code = static_cast<OutcomeCode>(code);
    }
    ROPE_TRY(filter.from_ms, time_query(call, "from_ms"));
    ROPE_TRY(filter.to_ms, time_query(call, "to_ms"));
    return filter;
}

namespace {

execution::ReadObject tx_object_of(const ledger::TxEntry& entry) {
    return {.kind = execution::ObjectKind::transaction, .contract = entry.tx.contract};
}

http::Response not_recorded(const Call& call, const Hash32& tx_id) {
    const auto status = call.rope->admission.status(tx_id);
    if (!status) return problem(status.error());
    json::Object body = tx_object(*status);
    auto response = answer_bytes(call, call.rope->reader.latest()->height(), "application/json",
                                 view_of(json::serialize(json::Value{std::move(body)}) + "\n"));
    if (status->status == admission::TxStatus::unknown) response.status = kNotFound;
    return response;
}

/// ?state=<contract>/<key>
std::optional<Bytes> state_key_of(const Call& call) {
    const auto text = call.request.find_query("state");
    if (!text) return std::nullopt;
    const auto slash = text->find('/');
    if (slash == std::string_view::npos) return Bytes{};
    return state::full_key(text->substr(0, slash), text->substr(slash + 1));
}

}  // namespace

http::Response list_txs(const Call& call) {
    const auto request =
        page_request(call, ledger::Direction::descending, {.kind = execution::ObjectKind::list});
    if (!request) return request.error();
    const auto filter = tx_filter(call);
    if (!filter) return filter.error();
    const auto page = call.rope->reader.list_txs(*request->view, {.filter = *filter,
                                                                  .direction = request->direction,
                                                                  .after = request->after,
                                                                  .limit = request->limit});
    if (!page) return problem(page.error());
    PageAnswer out{.items = "txs",
                   .rows = {},
                   .columns = {"tx_id", "status", "height", "index", "code", "rule", "time_ms",
                               "contract", "action", "account", "account_name"},
                   .next = page->next};
    const auto summaries = call.rope->reader.summaries_of(page->indexes);
    if (!summaries) return problem(summaries.error());
    AccountNames names{*request->view};
    for (const ledger::TxSummary& summary : *summaries) {
        json::Object row = tx_row(summary);
        row.emplace_back("account_name", names.of(summary.account));
        out.rows.push_back(std::move(row));
    }
    return answer_page(call, *request, out);
}

http::Response show_tx(const Call& call) {
    const auto tx_id = hash_path(call.param(0), "tx_id");
    if (!tx_id) return tx_id.error();
    // Before looking: who may read no transactions does not learn which exist.
    const auto any = readable_view(call, {.kind = execution::ObjectKind::transaction});
    if (!any) return any.error();
    const auto at = call.rope->reader.find_tx(*tx_id);
    if (!at) return problem(at.error());
    if (!*at) return not_recorded(call, *tx_id);
    const auto entry = call.rope->reader.tx_at((*at)->index);
    if (!entry) return problem(entry.error());
    if (!*entry) return problem("storage");
    const auto view = readable_view(call, tx_object_of(**entry));
    if (!view) return view.error();
    json::Object body = tx_object(admission::answer_of(*tx_id,
                                                       {.height = (*entry)->at.height,
                                                        .index = (*entry)->at.index,
                                                        .time_ms = (*entry)->time_ms,
                                                        .outcome = (*entry)->outcome},
                                                       false));
    for (auto& member : tx_details(**entry))
        body.push_back(std::move(member));
    body.emplace_back("account_name", account_name(**view, (*entry)->tx.account));
    return answer_bytes(call, (*view)->height(), "application/json",
                        view_of(json::serialize(json::Value{std::move(body)}) + "\n"));
}

http::Response show_bundle(const Call& call) {
    const auto tx_id = hash_path(call.param(0), "tx_id");
    if (!tx_id) return tx_id.error();
    const auto view = readable_view(call, {.kind = execution::ObjectKind::bundle});
    if (!view) return view.error();
    // A bundle ends in a receipt, and nobody here can sign one.
    if (call.rope->read_only) return problem("rope.read_only");
    const auto state_key = state_key_of(call);
    if (state_key && state_key->empty()) {
        return bad_request("state", "<contract>/<key>", "须为 <contract>/<key>");
    }
    const auto timestamp = call.request.find_query("timestamp");
    if (timestamp && *timestamp != "none") {
        return bad_request("timestamp", "none, or not there", "须为 none，或省略");
    }
    const auto made = call.rope->bundles.make(
        {.tx_id = *tx_id, .state_key = state_key, .timestamp = !timestamp.has_value()});
    if (!made) return problem(made.error());
    if (*made) {
        auto response =
            answer_bytes(call, (*view)->height(), "application/x-tar", tar_from_files(**made));
        response.headers.emplace_back(
            "Content-Disposition",
            "attachment; filename=\"ropenet-" + hex(*tx_id).substr(0, 16) + ".tar\"");
        return response;
    }
    if (made->error() == cosign::NotMade::unknown_tx) {
        return problem("not_found.tx", {.object = hex(*tx_id)});
    }
    auto response =
        answer(call, **view,
               {{"tx_id", hex(*tx_id)}, {"status", "not covered by a checkpoint yet"}}, kAccepted);
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace ropenet::api
