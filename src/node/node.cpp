#include "node/node.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "api/router.hpp"
#include "codec/json.hpp"
#include "concurrency/mutex.hpp"
#include "concurrency/worker_pool.hpp"
#include "node/admin.hpp"
#include "node/data_folder.hpp"
#include "node/development_tls.hpp"
#include "node/failure.hpp"
#include "node/fast_verification.hpp"
#include "node/prometheus_meter.hpp"
#include "node/rope.hpp"
#include "storage/folder_lock.hpp"
#include "storage/posix_file_system.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::node {
namespace {

/// 512 connections, RocksDB's files and room for the rest.
constexpr rlim_t kOpenFiles = 8'192;

void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kOpenFiles) return;
    limit.rlim_cur = std::min<rlim_t>(kOpenFiles, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// An eighth of the machine's memory for the state trees of all ropes.
std::size_t leaves_in_memory(std::size_t ropes) {
    constexpr std::size_t kLeafBytes = 200;
    constexpr std::size_t kPart = 8;
    constexpr std::size_t kLeast = 100'000;
    const auto pages = static_cast<std::size_t>(std::max(::sysconf(_SC_PHYS_PAGES), 0L));
    const auto page_bytes = static_cast<std::size_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
    const std::size_t leaves = pages * page_bytes / kPart / kLeafBytes;
    return std::max(kLeast, leaves / std::max<std::size_t>(ropes, 1));
}

}  // namespace

struct Node::Impl {
    Impl(const NodeOptions& node_options, Log& node_log, const Clock& node_clock)
        : options{node_options}, log{node_log}, clock{node_clock}, folder{node_options.data} {}

    Result<void> start();
    Result<void> start_authority();
    Result<void> start_ropes();
    Result<void> check_addresses() const;
    Result<void> open_certificate();
    Result<void> start_servers();
    Result<void> announce();
    std::string http_url() const {
        return (certificate ? "https://" : "http://") + server->address();
    }
    Result<void> stop();
    void fail_with(const Error& error) ROPE_EXCLUDES(mutex);
    AdminFacts facts() const;
    std::string metrics();

    const NodeOptions options;
    Log& log;
    const Clock& clock;
    const DataFolder folder;
    // Before the ropes: their threads may report an error until they are gone.
    Failure failure;
    Mutex mutex;
    CondVar changed;
    bool stop_requested ROPE_GUARDED_BY(mutex) = false;

    storage::PosixFileSystem files;
    std::optional<storage::FolderLock> lock;
    Config config;
    PrometheusMeter meter;
    std::unique_ptr<storage::KvEnvironment> kv;
    std::unique_ptr<WorkerPool> workers;              // signature checks
    crypto::Ed25519Table ed25519;                     // what they check with
    std::unique_ptr<timestamp::Authority> authority;  // null: the folder has none
    std::vector<std::unique_ptr<Rope>> ropes;
    std::unique_ptr<api::Router> router;
    std::unique_ptr<WorkerPool> readers;            // handlers; ends before what they read
    std::unique_ptr<CertificateWatch> certificate;  // null: plain HTTP
    std::unique_ptr<http::Server> server;
    std::unique_ptr<http::Server> admin;
    bool stopped = false;  // the owner's
};

Result<void> Node::Impl::start() {
    raise_open_files();
    ROPE_TRY(const bool there, is_initialised(files, folder));
    if (!there) {
        return fail(
            ErrorCode::config,
            folder.path + " is not a node's data folder; make one with `ropenet node init`");
    }
    ROPE_TRY(lock, storage::FolderLock::acquire(files, folder.path));
    ROPE_TRY(config, load_config(files, folder));
    if (options.http) config.http = *options.http;
    if (options.admin) config.admin = *options.admin;
    ROPE_DO(open_certificate());
    ROPE_DO(check_addresses());
    ROPE_TRY(const FastVerification verification, find_fast_verification());
    ed25519 = verification.table;
    log.write(LogLevel::info, "node", verification.words);
    kv = std::make_unique<storage::KvEnvironment>();
    workers = std::make_unique<WorkerPool>(WorkerPool::Options{.name = "work"});
    ROPE_DO(start_authority());
    ROPE_DO(start_ropes());
    ROPE_DO(start_servers());
    return announce();
}

Result<void> Node::Impl::open_certificate() {
    CertificateFiles wanted = options.tls;
    if (wanted.empty()) wanted = {.certificate = config.tls_cert, .key = config.tls_key};
    if (wanted.empty()) return {};
    ROPE_TRY(certificate, CertificateWatch::open(std::move(wanted),
                                                 {.files = files, .clock = clock, .log = log}));
    return {};
}

/// What others can read on the way needs the operator's word.
Result<void> Node::Impl::check_addresses() const {
    for (const auto* address : {&config.http, &config.admin}) {
        const bool is_public = address == &config.http;
        if (http::is_loopback_address(*address) || (is_public && certificate)) continue;
        const std::string what = *address + " can be reached from elsewhere, without TLS";
        if (options.insecure_plain) {
            log.write(LogLevel::warning, "node", what + "; accepted by --insecure-plain");
            continue;
        }
        return fail(ErrorCode::config,
                    what + "; " + (is_public ? "give --tls-cert FILE --tls-key FILE, or " : "") +
                        "listen on 127.0.0.1, or say --insecure-plain if something before the node "
                        "speaks TLS");
    }
    return {};
}

Result<void> Node::Impl::start_authority() {
    ROPE_TRY(const bool there, timestamp::has_authority(files, folder.tsa()));
    if (!there) return {};
    ROPE_TRY(
        authority,
        timestamp::Authority::open(
            folder.tsa(), {.files = files, .clock = clock, .on_fatal = [this](const Error& error) {
                               fail_with(error);
                           }}));
    return {};
}

Result<void> Node::Impl::start_ropes() {
    for (const std::string& name : config.ropes) {
        const RopeParts parts{.files = files,
                              .kv = *kv,
                              .workers = *workers,
                              .ed25519 = ed25519,
                              .clock = clock,
                              .log = log,
                              .on_fatal = [this](const Error& error) { fail_with(error); },
                              .failure = failure,
                              .accept_clock = options.accept_clock,
                              .clock_kind = options.clock_kind,
                              .leaves_in_memory = leaves_in_memory(config.ropes.size()),
                              .authority = authority.get()};
        ROPE_TRY(auto rope, Rope::start(folder, name, parts));
        ropes.push_back(std::move(rope));
    }
    return {};
}

Result<void> Node::Impl::start_servers() {
    readers = std::make_unique<WorkerPool>(WorkerPool::Options{.name = "read"});
    std::vector<api::RopeAccess> access;
    for (const auto& rope : ropes)
        access.push_back(rope->access());
    router = std::make_unique<api::Router>(api::RouterParts{
        .ropes = std::move(access),
        .assets = options.assets,
        .now_ms = [this] { return clock.wall_ms(); },
        .authority = authority.get(),
        .run_elsewhere =
            [this](std::function<void()> task) { return readers->submit(std::move(task)); }});
    http::ServerConfig open{.address = config.http, .threads = config.http_threads};
    open.error_body = api::refusal_problem;
    if (certificate) open.tls = certificate->tls();
    ROPE_TRY(server, http::Server::start(
                         open,
                         [this](http::Request request, http::Responder responder) {
                             router->handle(std::move(request), std::move(responder));
                         },
                         log, meter));
    const AdminSources sources{.facts = [this] { return facts(); },
                               .metrics = [this] { return metrics(); }};
    ROPE_TRY(admin, http::Server::start(
                        {.address = config.admin, .threads = 1},
                        [sources](const http::Request& request, const http::Responder& responder) {
                            responder.respond(answer_admin(request, sources));
                        },
                        log, meter));
    return {};
}

/// So that commands given only the data folder find the node.
Result<void> Node::Impl::announce() {
    json::Object running{{"http", http_url()}, {"admin", admin->address()}};
    const DevelopmentTls own = development_tls(folder);
    if (certificate && options.tls.certificate == own.certificate) {
        running.emplace_back("ca", own.ca);
    }
    return storage::write_file_atomically(
        files, folder.running(), view_of(json::serialize_pretty(json::Value{std::move(running)})));
}

Result<void> Node::Impl::stop() {
    if (stopped) return {};
    stopped = true;
    Result<void> first;
    const auto keep = [&first](const Result<void>& done) {
        if (first && !done) first = done;
    };
    if (server) server->stop();
    if (admin) admin->stop();
    for (auto& rope : ropes)
        rope->close_events();
    readers.reset();
    for (auto& rope : ropes)
        keep(rope->stop());
    if (authority && !failure.failed()) keep(authority->close());
    if (server) keep(files.remove(folder.running()));
    return first;
}

void Node::Impl::fail_with(const Error& error) {
    // What follows the first error is its consequence: every other rope stops with one.
    if (!failure.set(error)) return;
    log.write(LogLevel::error, "node", error.what);
    // So that wait_for is either before its test or already waiting.
    {
        const MutexLock held{mutex};
    }
    changed.notify_all();
}

AdminFacts Node::Impl::facts() const {
    if (const auto first = failure.first()) {
        return {.healthy = false, .ready = false, .why = first->what};
    }
    for (const auto& rope : ropes) {
        if (rope->clock_fails()) return {.ready = false, .why = rope->name() + ": " + kClockFails};
    }
    return {};
}

std::string Node::Impl::metrics() {
    std::string text = meter.text();
    text += "ropenet_ed25519_lanes " + std::to_string(ed25519.lanes) + "\n";
    const auto line = [&](std::string_view name, const std::string& rope, std::uint64_t value) {
        text += "ropenet_" + std::string{name} + "{rope=\"" + rope + "\"} " +
                std::to_string(value) + "\n";
    };
    for (const auto& rope : ropes) {
        const auto at = rope->reader().latest()->at();
        const auto counts = rope->counts();
        line("height", rope->name(), at.height);
        line("log_size", rope->name(), at.log_size);
        line("pending_txs", rope->name(), counts.pending_txs);
        line("queued_txs_total", rope->name(), counts.queued);
        line("rejected_txs_total", rope->name(), counts.rejected);
        line("refused_txs_total", rope->name(), counts.refused);
        line("clock_fails", rope->name(), rope->clock_fails() ? 1 : 0);
    }
    return text;
}

Node::Node(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

Node::~Node() {
    // Whoever wants to know how the stop ended has called stop() before.
    [[maybe_unused]] const auto done = impl_->stop();
}

Result<std::unique_ptr<Node>> Node::start(const NodeOptions& options, Log& log,
                                          const Clock& clock) {
    std::unique_ptr<Node> node{new Node{std::make_unique<Impl>(options, log, clock)}};
    ROPE_DO(node->impl_->start());
    return node;
}

const Config& Node::config() const {
    return impl_->config;
}
std::string Node::http_address() const {
    return impl_->server->address();
}
std::string Node::http_url() const {
    return impl_->http_url();
}
void Node::reload_certificate() {
    if (impl_->certificate) impl_->certificate->look_soon();
}
std::string Node::admin_address() const {
    return impl_->admin->address();
}
std::vector<std::string> Node::ropes() const {
    return impl_->config.ropes;
}

Result<void> Node::wait() {
    while (!wait_for(std::chrono::hours{1})) {
    }
    if (const auto first = impl_->failure.first()) return Unexpected{*first};
    return stop();
}

bool Node::wait_for(std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    const MutexLock held{impl_->mutex};
    while (!impl_->stop_requested && !impl_->failure.failed()) {
        if (impl_->changed.wait_until(impl_->mutex, deadline) == CondVar::Wait::timed_out) {
            return impl_->stop_requested || impl_->failure.failed();
        }
    }
    return true;
}

void Node::request_stop() {
    {
        const MutexLock held{impl_->mutex};
        impl_->stop_requested = true;
    }
    impl_->changed.notify_all();
}

Result<void> Node::stop() {
    return impl_->stop();
}

}  // namespace ropenet::node
