#include "api/router.hpp"

#include <array>

#include "api/handlers.hpp"

namespace ropenet {

std::span<const http::StaticFile> embedded_openapi();

}  // namespace ropenet

namespace ropenet::api {
namespace {

using Answer = http::Response (*)(const Call&);
using Later = void (*)(const Call&, http::Responder);

struct Route {
    std::string_view method;
    std::string_view pattern;  // {rope} names the rope; a last {path...} takes the rest
    std::string_view operation;
    Answer answer = nullptr;  // on a worker
    Later later = nullptr;    // at once; answers when it can
};

#define ROPE_R "/v1/ropes/{rope}"
constexpr std::array kRoutes = {
    Route{"GET", "/v1/time", "getTime", show_time},
    Route{"GET", "/v1/tsa", "getTimestampAuthority", show_authority},
    Route{"POST", "/v1/tsa", "stamp", stamp},
    Route{"GET", "/v1/ropes", "listRopes", list_ropes},
    Route{"GET", ROPE_R, "getRope", show_rope},
    Route{"GET", ROPE_R "/policy", "getPolicy", show_policy},
    Route{"POST", ROPE_R "/txs", "submitTransaction", nullptr, submit_tx},
    Route{"POST", ROPE_R "/txs:batch", "submitBatch", nullptr, submit_batch},
    Route{"GET", ROPE_R "/txs", "listTransactions", list_txs},
    Route{"GET", ROPE_R "/txs/{tx_id}", "getTransaction", show_tx},
    Route{"GET", ROPE_R "/txs/{tx_id}/bundle", "getBundle", show_bundle},
    Route{"GET", ROPE_R "/blocks/{block}", "getBlock", show_block},
    Route{"GET", ROPE_R "/records", "listRecords", list_records},
    Route{"GET", ROPE_R "/records/{index}", "getRecord", show_record},
    Route{"GET", ROPE_R "/state/{contract}", "getState", show_state},
    Route{"GET", ROPE_R "/accounts", "findAccount", find_account_by_key},
    Route{"GET", ROPE_R "/accounts/{account}", "getAccount", show_account},
    Route{"GET", ROPE_R "/entries", "listEntries", list_entries},
    Route{"GET", ROPE_R "/events", "followEvents", follow_events},
    Route{"GET", ROPE_R "/export", "getExport", show_export},
    Route{"GET", ROPE_R "/log/{path...}", "getLogFile", show_log_file},
};
#undef ROPE_R

std::string_view next_segment(std::string_view& rest) {
    rest.remove_prefix(1);  // the slash
    const auto end = rest.find('/');
    const std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(segment.size());
    return segment;
}

struct Match {
    std::string rope;
    std::vector<std::string> values;
};

/// Absent when the path is not of the pattern.
std::optional<Match> match(std::string_view pattern, std::string_view path) {
    Match out;
    while (!pattern.empty()) {
        const std::string_view want = next_segment(pattern);
        if (path.empty()) return std::nullopt;
        if (want == "{path...}") {
            out.values.emplace_back(path.substr(1));
            return out;
        }
        const std::string_view got = next_segment(path);
        if (want == "{rope}") {
            out.rope = got;
        } else if (want.starts_with('{')) {
            if (got.empty()) return std::nullopt;
            out.values.emplace_back(got);
        } else if (want != got) {
            return std::nullopt;
        }
    }
    if (!path.empty()) return std::nullopt;
    return out;
}

bool same_method(std::string_view route, std::string_view request) {
    return route == request || (route == "GET" && request == "HEAD");
}

http::Response no_such_rope(const Services& services, const std::string& name) {
    std::string known;
    for (const RopeAccess& rope : services.ropes) {
        known += (known.empty() ? "" : ", ") + rope.name;
    }
    return problem("not_found.rope", {.en = "This node has the ropes " + known + ".",
                                      .zh = "该节点的账绳：" + known + "。",
                                      .object = name});
}

}  // namespace

struct Router::Impl {
    Services services;

    const RopeAccess* find_rope(const std::string& name) const {
        for (const RopeAccess& rope : services.ropes) {
            if (rope.name == name) return &rope;
        }
        return nullptr;
    }

    /// The page and the API description; absent for any other path.
    std::optional<http::Response> static_answer(const http::Request& request) const {
        if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
        for (const auto files : {services.assets, embedded_openapi()}) {
            const auto* file = http::find_static(files, request.path);
            if (file != nullptr) return http::static_response(*file, request);
        }
        return std::nullopt;
    }

    void run(const Route& route, Match found, http::Request request,
             const http::Responder& responder) const {
        const RopeAccess* rope = nullptr;
        if (route.pattern.find("{rope}") != std::string_view::npos) {
            rope = find_rope(found.rope);
            if (rope == nullptr) return responder.respond(no_such_rope(services, found.rope));
        }
        if (route.later != nullptr) {
            const Call call{services, request, std::move(found.values), rope};
            return route.later(call, responder);
        }
        auto task = [this, &route, rope, responder, values = std::move(found.values),
                     request = std::move(request)]() {
            const Call call{services, request, values, rope};
            responder.respond(route.answer(call));
        };
        if (!services.run_elsewhere(std::move(task))) responder.respond(problem("queue.full"));
    }
};

Router::Router(RouterParts parts)
    : impl_{std::make_unique<Impl>(
          Impl{.services = {.ropes = std::move(parts.ropes),
                            .assets = parts.assets,
                            .now_ms = std::move(parts.now_ms),
                            .authority = parts.authority,
                            .run_elsewhere = std::move(parts.run_elsewhere)}})} {}

Router::~Router() = default;

void Router::handle(http::Request request, http::Responder responder) const {
    if (auto file = impl_->static_answer(request)) return responder.respond(*std::move(file));
    bool other_method = false;
    for (const Route& route : kRoutes) {
        auto found = match(route.pattern, request.path);
        if (!found) continue;
        if (same_method(route.method, request.method)) {
            return impl_->run(route, *std::move(found), std::move(request), responder);
        }
        other_method = true;
    }
    responder.respond(
        problem(other_method ? "request.method" : "not_found.route", {.object = request.path}));
}

http::Response refusal_problem(http::Refusal refusal) {
    auto response =
        bad_request(http::name_of(refusal), "the request was not taken", "请求未被接受");
    response.status = http::status_of(refusal);
    return response;
}

std::vector<RouteName> route_names() {
    std::vector<RouteName> out;
    for (const Route& route : kRoutes) {
        out.push_back({route.method, route.pattern, route.operation});
    }
    return out;
}

}  // namespace ropenet::api
