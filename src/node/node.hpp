// A running node: ropes, the public address, the admin address, start and stop in order.
//
// Start: folder lock, config, each rope (ledger, cosigner, admission, engine), then the addresses.
// Stop: addresses, engines, admission, last checkpoints, flush. A storage error anywhere stops the
// whole node: nothing more is acknowledged.
//
// Threads: start, stop and the destructor by one owner; request_stop and wait from any.
// Errors: of start(): config, busy (another process has the folder), io, corrupt. Later ones are
// what wait() answers.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "concurrency/clock.hpp"
#include "http/static_files.hpp"
#include "node/certificate_watch.hpp"
#include "node/config.hpp"
#include "node/data_folder.hpp"

namespace ropenet::node {

struct NodeOptions {
    std::string data;  // an initialised data folder (data_folder.hpp)
    // Instead of what node.toml says:
    std::optional<std::string> http;
    std::optional<std::string> admin;
    CertificateFiles tls;         // instead of the config's
    bool insecure_plain = false;  // other than loopback addresses without TLS
    bool accept_clock = false;    // start although the clock does not fit the last block
    ClockKind clock_kind = ClockKind::machine;  // as every genesis of the folder must say
    std::span<const http::StaticFile> assets;   // the page at "/"; they outlive the node
};

class Node {
  public:
    /// Serves when it returns. `log` and `clock` must outlive the node.
    static Result<std::unique_ptr<Node>> start(const NodeOptions& options, Log& log,
                                               const Clock& clock);
    /// Stops first.
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    const Config& config() const;
    /// host:port as listened on.
    std::string http_address() const;
    /// http:// or https:// with the address.
    std::string http_url() const;
    /// Reads the certificate again now, if there is one.
    void reload_certificate();
    std::string admin_address() const;
    std::vector<std::string> ropes() const;

    /// Waits for request_stop(), or for an error that stops the node; then stop().
    Result<void> wait();
    /// The same, at most so long: false when the node still runs.
    bool wait_for(std::chrono::milliseconds time);
    /// Makes wait() return. Not from a signal handler.
    void request_stop();

    /// Everything acknowledged is durable before and after; this makes the next start short.
    Result<void> stop();

  private:
    struct Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace ropenet::node
