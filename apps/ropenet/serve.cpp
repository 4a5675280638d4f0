#include "ropenet/serve.hpp"

#include <atomic>
#include <csignal>
#include <thread>

#include "node/data_folder.hpp"
#include "node/development_tls.hpp"
#include "node/spdlog_log.hpp"
#include "ropenet/file_clock.hpp"
#include "ropenet/help.hpp"
#include "ropenet/service_manager.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet {

std::span<const http::StaticFile> embedded_explorer();

}  // namespace ropenet

namespace ropenet::cli {
namespace {

std::atomic<bool> stop_signal{false};
std::atomic<bool> reload_signal{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
    stop_signal.store(true);
}

void on_reload(int) {
    reload_signal.store(true);
}

void watch_signals() {
    struct sigaction action{};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    action.sa_handler = on_reload;
    ::sigaction(SIGHUP, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

std::string url_of(const RunningNode& running) {
    return running.node->http_url();
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional{text};
}

Failure not_made(const std::string& data) {
    return Failure{.exit = Exit::config,
                   .code = "config",
                   .what = {data + " is not a node's data folder", data + " 不是节点数据目录"},
                   .next = {"make one with `ropenet node init --network NAME --data " + data + "`",
                            "用 `ropenet node init --network NAME --data " + data + "` 创建"},
                   .detail = {}};
}

Failure no_certificate(const std::string& data) {
    return Failure{.exit = Exit::config,
                   .code = "config",
                   .what = {data + " holds no certificate of its own", data + " 中没有自建证书"},
                   .next = {"make one with `ropenet node tls init --data " + data +
                                "`, or name yours with --tls-cert and --tls-key",
                            "用 `ropenet node tls init --data " + data +
                                "` 创建，或用 --tls-cert 与 --tls-key 指定证书"},
                   .detail = {}};
}

/// The pair in the data folder for --tls, else that of the options.
Expected<node::CertificateFiles, Failure> certificate_of(const ServeOptions& options) {
    if (!options.own_tls) return options.tls;
    storage::PosixFileSystem files;
    const node::DataFolder folder{options.data};
    const auto there = node::has_development_tls(files, folder);
    if (!there) return Unexpected{failure_of(there.error())};
    if (!*there) return Unexpected{no_certificate(options.data)};
    const node::DevelopmentTls own = node::development_tls(folder);
    return node::CertificateFiles{.certificate = own.certificate, .key = own.key};
}

Failure not_started(const Error& error) {
    Failure failure = failure_of(error);
    if (error.code == ErrorCode::unavailable) {  // the address, not another node
        failure.next = {
            "stop what listens there, or choose another address with --http 127.0.0.1:0",
            "请停止占用该地址的程序，或用 --http 127.0.0.1:0 另选地址"};
    }
    return failure;
}

}  // namespace

void add_serving_options(Program& program, CLI::App* verb, ServeOptions& options) {
    verb->footer(program.in(serving_options()));
    verb->add_option(
        "--admin", options.admin,
        program.in({"where health and metrics are served", "健康检查与指标的监听地址"}));
    CLI::Option* own = verb->add_flag(
        "--tls", options.own_tls,
        program.in({"serve the API in TLS 1.3 with the certificate that `ropenet node tls init` "
                    "made; dev makes one",
                    "以 TLS 1.3 提供 API，使用 `ropenet node tls init` 所建证书；dev 会自动创建"}));
    verb->add_option("--tls-cert", options.tls.certificate,
                     program.in({"PEM: serve the API in TLS 1.3; read again when it changes",
                                 "PEM 证书：以 TLS 1.3 提供 API；文件变化时自动重新读取"}))
        ->option_text("FILE")
        ->excludes(own);
    verb->add_option("--tls-key", options.tls.key,
                     program.in({"PEM of its key, mode 0600", "其私钥 PEM，权限 0600"}))
        ->option_text("FILE")
        ->excludes(own);
    verb->add_flag("--insecure-plain", options.insecure_plain,
                   program.in({"listen beyond this machine without TLS: anybody on the way reads "
                               "and changes everything",
                               "在本机之外以明文监听：途中任何人均可读取和篡改"}));
    verb->add_flag("--accept-clock", options.accept_clock,
                   program.in({"start although the clock is behind the last block, or over 24 h "
                               "ahead of it",
                               "时钟早于最后区块，或超前 24 小时以上时，仍予启动"}));
}

Result<std::unique_ptr<Clock>> open_clock(const std::string& file) {
    if (file.empty()) return std::unique_ptr<Clock>{std::make_unique<SystemClock>()};
    ROPE_TRY(auto clock, FileClock::open(file));
    return std::unique_ptr<Clock>{std::move(clock)};
}

Expected<RunningNode, Failure> start_node(const ServeOptions& options) {
    watch_signals();
    storage::PosixFileSystem files;
    const auto there = node::is_initialised(files, {options.data});
    if (!there) return Unexpected{failure_of(there.error())};
    if (!*there) return Unexpected{not_made(options.data)};
    const auto config = node::load_config(files, {options.data});
    if (!config) return Unexpected{failure_of(config.error())};
    ROPE_TRY(const node::CertificateFiles tls, certificate_of(options));
    auto clock = open_clock(options.clock_file);
    if (!clock) return Unexpected{failure_of(clock.error())};
    RunningNode running{.log = node::make_console_log(config->log_level),
                        .clock = *std::move(clock),
                        .ca = options.own_tls ? node::development_tls({options.data}).ca : "",
                        .node = nullptr};
    auto node =
        node::Node::start({.data = options.data,
                           .http = unless_empty(options.http),
                           .admin = unless_empty(options.admin),
                           .tls = tls,
                           .insecure_plain = options.insecure_plain,
                           .accept_clock = options.accept_clock,
                           .clock_kind = options.clock_file.empty() ? node::ClockKind::machine
                                                                    : node::ClockKind::is_virtual,
                           .assets = embedded_explorer()},
                          *running.log, *running.clock);
    if (!node) return Unexpected{not_started(node.error())};
    running.node = *std::move(node);
    return running;
}

json::Value ready_document(const RunningNode& running, const std::string& data) {
    json::Array ropes;
    for (const std::string& rope : running.node->ropes())
        ropes.emplace_back(rope);
    json::Object out{{"event", "ready"},
                     {"http", url_of(running)},
                     {"admin", "http://" + running.node->admin_address()},
                     {"data", data},
                     {"ropes", json::Value{std::move(ropes)}}};
    if (!running.ca.empty()) out.emplace_back("ca", running.ca);
    return out;
}

Words words_of_trust(const std::string& ca) {
    return {"To trust it: `curl --cacert " + ca + "`, `ropenet --cacert " + ca +
                "`, or import that file as an authority into the browser. Its key exists no more: "
                "it vouches for this certificate alone.",
            "信任方法：`curl --cacert " + ca + "`、`ropenet --cacert " + ca +
                "`，或将该文件作为证书机构导入浏览器。其私钥已不存在，仅为此证书作保。"};
}

Words ready_words(const RunningNode& running, const std::string& data) {
    Words out{"Serving at " + url_of(running) + " (data in " + data + "; stop with Ctrl-C)",
              "服务地址 " + url_of(running) + "（数据在 " + data + "；按 Ctrl-C 停止）"};
    if (running.ca.empty()) return out;
    const Words trust = words_of_trust(running.ca);
    return {out.en + "\n" + trust.en, out.zh + "\n" + trust.zh};
}

StopOnSignal::StopOnSignal(node::Node& node)
    : thread_{"stop-on-signal", [this, &node] {
                  constexpr std::chrono::milliseconds kLook{50};
                  while (!ended_.load() && !stop_signalled())
                      std::this_thread::sleep_for(kLook);
                  // How it ended is told by the owner's own stop().
                  if (stop_signalled()) [[maybe_unused]]
                      const auto done = node.stop();
              }} {}

StopOnSignal::~StopOnSignal() {
    ended_.store(true);
    thread_.join();
}

bool stop_signalled() {
    return stop_signal.load();
}

VerbResult serve_until_stopped(RunningNode& running, const Console& console) {
    constexpr std::chrono::milliseconds kLook{100};
    tell_service_manager("READY=1");
    while (!stop_signal.load() && !running.node->wait_for(kLook)) {
        if (reload_signal.exchange(false)) running.node->reload_certificate();
    }
    tell_service_manager("STOPPING=1");
    if (stop_signal.load()) running.node->request_stop();
    const auto ended = running.node->wait();
    if (!ended) return Unexpected{failure_of(ended.error())};
    console.say({"Stopped; everything is on the disk.", "已停止，数据均已落盘。"});
    return Answer{};
}

}  // namespace ropenet::cli
