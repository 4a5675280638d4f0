// dev: a development node with its identities, optionally playing the main job.
#include <filesystem>

#include "node/data_folder.hpp"
#include "node/development_tls.hpp"
#include "ropenet/main_job.hpp"
#include "ropenet/serve.hpp"
#include "ropenet/temporary_folder.hpp"
#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"
#include "types/names.hpp"

namespace ropenet::cli {
namespace {

struct DevOptions {
    ServeOptions serve;
    std::string network;
    bool ephemeral = false;
    bool play = false;
    bool once = false;
};

Expected<void, Failure> init_dev(const std::string& data, const DevOptions& dev) {
    storage::PosixFileSystem files;
    node::Config config;
    const auto there = node::is_initialised(files, {data});
    if (!there) return Unexpected{failure_of(there.error())};
    if (*there) {
        auto found = node::load_config(files, {data});
        if (!found) return Unexpected{failure_of(found.error())};
        config = *std::move(found);
    }
    if (!dev.network.empty()) config.network = dev.network;
    if (!is_origin_part(config.network) || !is_demo_origin(config.network)) {
        return Unexpected{
            usage_failure({"a development network's name begins with dev. and is of [a-z0-9.-]: " +
                               config.network,
                           "演示网络名须以 dev. 开头，仅含 [a-z0-9.-]：" + config.network})};
    }
    const auto clock = open_clock(dev.serve.clock_file);
    if (!clock) return Unexpected{failure_of(clock.error())};
    const auto kind =
        dev.serve.clock_file.empty() ? node::ClockKind::machine : node::ClockKind::is_virtual;
    const auto made = node::init_data_folder(files, {data}, config, **clock, kind);
    if (!made) return Unexpected{failure_of_writing(made.error())};
    return {};
}

/// Once; clients that trust it go on trusting it at the next start.
Expected<void, Failure> init_tls(const std::string& data) {
    storage::PosixFileSystem files;
    const auto there = node::has_development_tls(files, {data});
    if (!there) return Unexpected{failure_of(there.error())};
    if (*there) return {};
    const auto made = node::init_development_tls(files, {data}, {"localhost", "127.0.0.1", "::1"},
                                                 SystemClock{}, keys::Overwrite::refuse);
    if (!made) return Unexpected{failure_of_writing(made.error())};
    return {};
}

Failure interrupted() {
    return Failure{.exit = Exit::try_later,
                   .code = "interrupted",
                   .what = {"stopped before the job was done; what was acknowledged is on the disk",
                            "任务未完成即被停止；已确认的内容均已落盘"},
                   .next = {"run it again: what is on the ledger is not sent again",
                            "请重新运行：已上链的内容不会重复提交"},
                   .detail = {}};
}

/// `options` name the running node and its folder.
VerbResult play(RunningNode& running, const Console& console, const Options& options) {
    std::optional<StopOnSignal> stopper{std::in_place, *running.node};
    VerbResult played = play_main_job(console, options, options.data);
    stopper.reset();
    if (played || !stop_signalled()) return played;
    return Unexpected{interrupted()};
}

VerbResult run_dev(const Options& options, const DevOptions& dev, const Console& console) {
    std::optional<TemporaryFolder> temporary;
    if (dev.ephemeral) temporary.emplace();
    const auto folder =
        temporary ? std::filesystem::path{temporary->path()} : options.data_folder();
    const std::string data = std::filesystem::absolute(folder).string();
    ROPE_DO(init_dev(data, dev));
    if (dev.serve.own_tls) ROPE_DO(init_tls(data));
    ServeOptions serve = dev.serve;
    serve.data = data;
    serve.http = options.http;
    ROPE_TRY(RunningNode running, start_node(serve));
    console.emit(ready_document(running, data));
    if (dev.play) {
        Options here = options;
        here.http = running.node->http_url();
        here.data = data;
        if (here.cacert.empty()) here.cacert = running.ca;
        const VerbResult played = play(running, console, here);
        if (!played) return played;
    }
    if (dev.once) {
        const auto stopped = running.node->stop();
        if (!stopped) return Unexpected{failure_of(stopped.error())};
        return Answer{};
    }
    console.say(ready_words(running, data));
    return serve_until_stopped(running, console);
}

}  // namespace

void add_dev(Program& program) {
    const auto dev = std::make_shared<DevOptions>();
    CLI::App* verb = program.add_verb(
        &program.app(),
        {.name = "dev",
         .what = {"Start a development node: two ropes, demo identities, no configuration.",
                  "启动演示节点：两条账绳、演示身份，无需配置。"},
         .examples = "  ropenet dev\n"
                     "  ropenet dev --http 127.0.0.1:0 --data /tmp/demo --json\n"
                     "  ropenet dev --tls\n"
                     "  ropenet dev --play --once --lang zh\n"},
        [dev](const Options& options, const Console& console) {
            return run_dev(options, *dev, console);
        });
    add_serving_options(program, verb, dev->serve);
    verb->add_option("--network", dev->network,
                     program.in({"network name, begins with dev.", "网络名，以 dev. 开头"}));
    verb->add_option("--clock", dev->serve.clock_file,
                     program.in({"a virtual clock: the time in ms since 1970 that this file holds",
                                 "虚拟时钟：该文件所载的 1970 年以来毫秒数"}));
    verb->add_flag("--ephemeral", dev->ephemeral, program.in({"keep nothing", "不保留任何数据"}));
    verb->add_flag("--play", dev->play, program.in({"play the policy register", "演示政策登记"}));
    verb->add_flag("--once", dev->once, program.in({"stop when it is played", "演示完即停止"}));
}

}  // namespace ropenet::cli
