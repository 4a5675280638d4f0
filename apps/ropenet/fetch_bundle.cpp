#include "ropenet/fetch_bundle.hpp"

#include <algorithm>
#include <thread>

namespace ropenet::cli {
namespace {

constexpr unsigned kAccepted = 202;

Failure not_covered(const std::string& tx_id) {
    return Failure{.exit = Exit::try_later,
                   .code = "bundle.not_covered",
                   .what = {"no checkpoint covers transaction " + tx_id + " yet",
                            "尚无签名树头覆盖交易 " + tx_id},
                   .next = {"run the command again in a moment", "请稍后重新运行"},
                   .detail = {}};
}

Expected<BundleFiles, Failure> files_of(const http::Response& response) {
    auto files = files_from_tar(response.body_view());
    if (files) return *std::move(files);
    return Unexpected{
        failure_of(Error{.code = ErrorCode::invalid, .what = "the node's answer is not a bundle"})};
}

}  // namespace

Expected<BundleFiles, Failure> fetch_bundle(Session& session, const BundleRequest& request) {
    std::string path = session.rope_path("/txs/" + http::percent_encode(request.tx_id) + "/bundle");
    if (!request.state.empty()) path += "?state=" + http::percent_encode(request.state);
    if (!request.timestamp) path += request.state.empty() ? "?timestamp=none" : "&timestamp=none";
    const auto deadline = std::chrono::steady_clock::now() + request.wait_max;
    while (true) {
        ROPE_TRY(const http::Response response, session.get_raw(path));
        if (response.status != kAccepted) {
            ROPE_DO(session.check(response));
            return files_of(response);
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return Unexpected{not_covered(request.tx_id)};
        }
        request.on_wait();
        const auto left = deadline - std::chrono::steady_clock::now();
        std::this_thread::sleep_for(
            std::min<std::chrono::steady_clock::duration>(retry_after(response), left));
    }
}

}  // namespace ropenet::cli
