// Answers HTTP requests about ropes: finds the route, does the work off the io threads, answers.
//
// Every handler asks execution::may_read before it serves anything of a rope. The table of routes
// is what docs/spec/openapi.yaml describes; a test compares them.
//
// Threads: handle() on any; it never blocks. Errors: every refusal is an RFC 9457 problem.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/rope_access.hpp"
#include "http/server.hpp"
#include "http/static_files.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::api {

struct RouterParts {
    std::vector<RopeAccess> ropes;
    std::span<const http::StaticFile> assets;   // the page at "/"; outlive the router
    std::function<std::int64_t()> now_ms;       // the node's wall clock
    timestamp::Authority* authority = nullptr;  // null: none; outlives the router
    /// Runs work on another thread; false when too much waits already.
    std::function<bool(std::function<void()>)> run_elsewhere;
};

class Router {
  public:
    explicit Router(RouterParts parts);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    void handle(http::Request request, http::Responder responder) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What the server answers by itself, in our words.
http::Response refusal_problem(http::Refusal refusal);

struct RouteName {
    std::string_view method;
    std::string_view path;  // with {parameters}
    std::string_view operation;
};

/// Every route, as openapi.yaml must list them.
std::vector<RouteName> route_names();

}  // namespace ropenet::api
