// One request on its way through a handler, and what handlers share: views, permission, answers.
//
// Threads: a handler runs on a worker. Errors: a http::Response that refuses.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "api/rope_access.hpp"
#include "execution/read_access.hpp"
#include "http/message.hpp"
#include "http/static_files.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::api {

using MayRead = std::function<execution::ReadDecision(
    const state::Reader&, const std::optional<AccountId>&, const execution::ReadObject&)>;

/// What the handlers of one router share; outlives every call.
struct Services {
    std::vector<RopeAccess> ropes;
    std::span<const http::StaticFile> assets;
    std::function<std::int64_t()> now_ms;
    timestamp::Authority* authority = nullptr;
    MayRead may_read = execution::may_read;
    /// Runs work on another thread; false when too much waits already.
    std::function<bool(std::function<void()>)> run_elsewhere = nullptr;
    /// How many are open now.
    std::shared_ptr<std::atomic<std::size_t>> event_streams =
        std::make_shared<std::atomic<std::size_t>>(0);
};

struct Call {
    const Services& services;
    const http::Request& request;
    std::vector<std::string> path;     // values of the pattern's {parameters}, rope excluded
    const RopeAccess* rope = nullptr;  // of routes about a rope

    const std::string& param(std::size_t i) const { return path.at(i); }
};

template <typename T>
using OrRefused = Expected<T, http::Response>;

/// The view that the request asks for (?height=, else the newest), if the caller may read `object`.
OrRefused<ledger::ReadViewPtr> readable_view(const Call& call, const execution::ReadObject& object);
/// The same at a height that a cursor carries.
OrRefused<ledger::ReadViewPtr> readable_view_at(const Call& call, std::uint64_t height,
                                                const execution::ReadObject& object);

/// JSON with the rope's headers; `body` begins with rope and height.
http::Response answer(const Call& call, const ledger::ReadView& view, json::Object body,
                      unsigned status = 200);
/// Other bytes with the rope's headers.
http::Response answer_bytes(const Call& call, std::uint64_t height, std::string_view type,
                            BytesView body);

/// Whether the body says that it is of `type`; parameters do not matter.
bool has_media_type(const Call& call, std::string_view type);

/// A decimal query value within its bounds; `otherwise` when it is not there.
struct NumberRange {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint64_t otherwise = 0;
};
OrRefused<std::uint64_t> number_query(const Call& call, std::string_view name,
                                      const NumberRange& range);
OrRefused<std::uint64_t> number_path(const std::string& text, std::string_view name);
OrRefused<Hash32> hash_path(const std::string& text, std::string_view name);
OrRefused<std::optional<AccountId>> account_query(const Call& call);

}  // namespace ropenet::api
