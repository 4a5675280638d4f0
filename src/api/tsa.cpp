// The timestamp authority of the node, over HTTP as RFC 3161 section 3.4 has it.
#include "api/handlers.hpp"

namespace ropenet::api {
namespace {

constexpr std::string_view kQueryType = "application/timestamp-query";
constexpr std::string_view kReplyType = "application/timestamp-reply";

}  // namespace

http::Response show_authority(const Call& call) {
    const timestamp::Authority* authority = call.services.authority;
    if (authority == nullptr) return problem("tsa.none");
    const json::Value body{
        json::Object{{"policy", authority->policy()},
                     {"certificate_sha256", hex(authority->certificate_sha256())},
                     {"ca_pem", authority->ca_pem()},
                     {"time", timestamp::kWhoseTime},
                     {"time_zh", timestamp::kWhoseTimeZh}}};
    return http::make_response(200, "application/json", json::serialize(body) + "\n");
}

http::Response stamp(const Call& call) {
    if (call.services.authority == nullptr) return problem("tsa.none");
    if (!has_media_type(call, kQueryType)) {
        return problem("request.media_type", {.object = std::string{kQueryType}});
    }
    const auto reply = call.services.authority->answer(call.request.body);
    if (!reply) return problem("tsa.busy");
    return http::make_response(200, kReplyType, text_of(*reply));
}

}  // namespace ropenet::api
