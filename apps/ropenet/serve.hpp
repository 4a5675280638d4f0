// Runs a node in this process until Ctrl-C, SIGTERM or a storage error.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "concurrency/named_thread.hpp"
#include "node/node.hpp"
#include "ropenet/answer.hpp"
#include "ropenet/console.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {

struct RunningNode {
    std::unique_ptr<Log> log;
    std::unique_ptr<Clock> clock;
    std::string ca;                    // of the certificate of --tls; empty otherwise
    std::unique_ptr<node::Node> node;  // last, so that it stops first
};

/// Starts the node of an initialised folder; empty addresses mean those of node.toml.
struct ServeOptions {
    std::string data;
    std::string http;
    std::string admin;
    node::CertificateFiles tls;
    bool own_tls = false;  // the pair in the data folder (node/development_tls.hpp)
    bool insecure_plain = false;
    bool accept_clock = false;
    std::string clock_file;  // a virtual clock (file_clock.hpp); empty: the machine's
};
Expected<RunningNode, Failure> start_node(const ServeOptions& options);

/// --admin, --tls, --tls-cert, --tls-key, --insecure-plain, --accept-clock. `options` outlives the
/// parsing.
void add_serving_options(Program& program, CLI::App* verb, ServeOptions& options);

/// `file` as ServeOptions has it.
Result<std::unique_ptr<Clock>> open_clock(const std::string& file);

/// The line by which other programs know the node: addresses, folder, ropes.
json::Value ready_document(const RunningNode& running, const std::string& data);
/// How clients come to believe a certificate under that authority.
Words words_of_trust(const std::string& ca);
Words ready_words(const RunningNode& running, const std::string& data);

/// While it lives, a signal stops the node, so that what this process asks of it fails and ends.
/// Nobody else touches the node meanwhile.
class StopOnSignal {
  public:
    explicit StopOnSignal(node::Node& node);
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

  private:
    std::atomic<bool> ended_{false};
    NamedThread thread_;
};

/// Whether Ctrl-C or SIGTERM has come.
bool stop_signalled();

/// Returns when a signal or an error ends it; everything is durable then.
VerbResult serve_until_stopped(RunningNode& running, const Console& console);

}  // namespace ropenet::cli
