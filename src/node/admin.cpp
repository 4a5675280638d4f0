#include "node/admin.hpp"

#include "codec/json.hpp"

namespace ropenet::node {
namespace {

http::Response state_answer(bool good, std::string_view word, const std::string& why) {
    json::Object body{{"status", good ? word : "failing"}};
    if (!why.empty()) body.emplace_back("why", why);
    return http::make_response(good ? 200 : 503, "application/json",
                               json::serialize(json::Value{std::move(body)}) + "\n");
}

}  // namespace

http::Response answer_admin(const http::Request& request, const AdminSources& sources) {
    if (request.method != "GET" && request.method != "HEAD") {
        return http::make_response(405, "text/plain", "GET only\n");
    }
    const AdminFacts facts = sources.facts();
    if (request.path == "/healthz") return state_answer(facts.healthy, "healthy", facts.why);
    if (request.path == "/readyz") {
        return state_answer(facts.healthy && facts.ready, "ready", facts.why);
    }
    if (request.path == "/metrics") {
        return http::make_response(200, "text/plain; version=0.0.4", sources.metrics());
    }
    return http::make_response(404, "text/plain", "/healthz, /readyz or /metrics\n");
}

}  // namespace ropenet::node
