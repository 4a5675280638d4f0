// Ropes of the node, their policies, and the node's clock.
#include "api/handlers.hpp"
#include "crypto/hash.hpp"
#include "types/names.hpp"

namespace ropenet::api {
namespace {

json::Object summary_of(const RopeAccess& rope, const ledger::ReadView& view) {
    const auto& at = view.at();
    const std::string& origin = rope.reader.origin();
    json::Object out{{"rope", rope.name},
                     {"origin", origin},
                     {"height", at.height},
                     {"time_ms", at.time_ms},
                     {"log_size", at.log_size},
                     {"state_root", hex(at.state_root)},
                     {"log_root", hex(at.log_root)},
                     {"checkpoint_size", rope.cosigner.newest()->checkpoint.size},
                     {"genesis_digest", hex(crypto::sha256(rope.reader.genesis_bytes()))},
                     {"suite", rope.reader.genesis().suite},
                     {"read_only", rope.read_only},
                     {"demo", is_demo_origin(origin)}};
    if (rope.admission.clock_fails()) out.emplace_back("stopped_by", "clock");
    if (is_demo_origin(origin)) out.emplace_back("mark", kDemoMark);
    return out;
}

}  // namespace

http::Response list_ropes(const Call& call) {
    json::Array ropes;
    std::uint64_t height = 0;
    for (const RopeAccess& rope : call.services.ropes) {
        const auto view = rope.reader.latest();
        const execution::ReadObject object{.kind = execution::ObjectKind::rope};
        if (call.services.may_read(*view, std::nullopt, object) ==
            execution::ReadDecision::denied) {
            continue;
        }
        height = std::max(height, view->height());
        ropes.emplace_back(summary_of(rope, *view));
    }
    // Each rope has its own height; the answer's is the highest of them.
    const json::Value body{
        json::Object{{"height", height}, {"ropes", json::Value{std::move(ropes)}}}};
    auto response = http::make_response(200, "application/json", json::serialize(body) + "\n");
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    return response;
}

http::Response show_rope(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::rope});
    if (!view) return view.error();
    json::Object body = summary_of(*call.rope, **view);
    std::erase_if(body, [](const auto& member) {
        return member.first == "rope" || member.first == "height";
    });
    return answer(call, **view, std::move(body));
}

http::Response show_policy(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::rope});
    if (!view) return view.error();
    return answer_bytes(call, (*view)->height(), "text/plain; charset=utf-8",
                        view_of(call.rope->cosigner.trust().texts.policy));
}

http::Response show_time(const Call& call) {
    std::uint64_t height = 0;
    for (const RopeAccess& rope : call.services.ropes) {
        height = std::max(height, rope.reader.latest()->height());
    }
    const json::Value body{json::Object{{"time_ms", call.services.now_ms()}, {"height", height}}};
    return http::make_response(200, "application/json", json::serialize(body) + "\n");
}

}  // namespace ropenet::api
