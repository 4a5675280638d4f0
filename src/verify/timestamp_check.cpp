#include "verify/timestamp_check.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "crypto/hash.hpp"

namespace ropenet::verify {
namespace {

const Bytes& file(const BundleFiles& files, std::string_view name) {
    const auto found = files.find(name);
    ROPE_CHECK(found != files.end());
    return found->second;
}

bool is_listed(const TrustKeys& keys, const std::optional<Hash32>& certificate) {
    return certificate && std::ranges::find(keys.tsa, *certificate) != keys.tsa.end();
}

}  // namespace

TimestampVerdict check_timestamp(const BundleFiles& files, const TrustKeys& keys,
                                 const std::optional<TrustedTsa>& trusted, VerifierCache& cache,
                                 CheckList& checks) {
    if (!files.contains("timestamp.tsr")) return {};
    const Bytes& reply = file(files, "timestamp.tsr");
    const Bytes& text = file(files, "checkpoint.txt");
    const auto found =
        cache.timestamp({.reply = reply, .text = text, .ca = text_of(file(files, "tsa-ca.pem"))});
    if (!found) {
        checks.expect(CheckId::timestamp, false, crypto::text_of(found.error()));
        return {.state = TimestampState::invalid};
    }
    TimestampVerdict out{.state = TimestampState::ok, .facts = *found};
    const std::string when = found->gen_time;
    if (trusted && cache.timestamp({.reply = reply, .text = text, .ca = trusted->ca_pem})) {
        checks.note(CheckId::timestamp,
                    "made at " + when + " by an authority under the CA that you gave",
                    "由您所给 CA 之下的机构签发，时间 " + when);
    } else if (is_listed(keys, found->certificate)) {
        checks.note(CheckId::timestamp,
                    "made at " + when +
                        " by the rope's own authority: the clock of a node, no licensed "
                        "authority's",
                    "由账绳自己的机构签发，时间 " + when + "：取自节点时钟，并非持牌机构");
    } else {
        out.state = TimestampState::foreign;
        checks.skip(CheckId::timestamp,
                    "foreign: right in itself, but keys.txt does not list its authority; get the "
                    "authority's CA from elsewhere and give it with --tsa-ca",
                    "外部时间戳：自身正确，但 keys.txt 未列出其机构；请另行取得该机构的 CA，"
                    "并用 --tsa-ca 指定");
    }
    return out;
}

}  // namespace ropenet::verify
