// node: a node that an operator sets up, starts and looks at.
#include <filesystem>

#include "node/data_folder.hpp"
#include "ropenet/serve.hpp"
#include "ropenet/session.hpp"
#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

struct InitOptions {
    std::string network;
    std::vector<std::string> ropes{"register"};
};

std::string data_of(const Options& options) {
    return std::filesystem::absolute(options.data_folder()).string();
}

VerbResult run_init(const Options& options, const InitOptions& init) {
    storage::PosixFileSystem files;
    const std::string data = data_of(options);
    node::Config config;
    config.network = init.network;
    config.ropes = init.ropes;
    if (!options.http.empty()) config.http = options.http;
    // Through its own text, so that a name out of form is refused as in the file.
    const auto checked = node::config_from_toml(node::toml_from_config(config), "node init");
    if (!checked) return Unexpected{failure_of(checked.error())};
    const auto made = node::init_data_folder(files, {data}, *checked, SystemClock{});
    if (!made) return Unexpected{failure_of(made.error())};
    return Answer{
        .document = json::Object{{"data", data}, {"network", checked->network}},
        .lines = {
            {"Data folder " + data + " is ready; start it with `ropenet node start --data " + data +
                 "`",
             "数据目录 " + data + " 已就绪；用 `ropenet node start --data " + data + "` 启动"}}};
}

VerbResult run_start(const Options& options, const std::string& admin, const Console& console) {
    const std::string data = data_of(options);
    ROPE_TRY(RunningNode running, start_node({.data = data, .http = options.http, .admin = admin}));
    console.emit(ready_document(running, data));
    console.say(ready_words(running, data));
    return serve_until_stopped(running, console);
}

VerbResult run_status(const Options& options) {
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const http::Response response, session.get_raw("/v1/ropes"));
    ROPE_DO(session.check(response));
    const auto answer = json::parse(response.body_text());
    if (!answer)
        return Unexpected{failure_of(Error{.code = ErrorCode::unavailable, .what = "not JSON"})};
    Answer out{.document = json::Object{{"http", session.url()}, {"node", *answer}}, .lines = {}};
    out.lines.push_back({"Node at " + session.url(), "节点 " + session.url()});
    const json::Value* ropes = answer->find("ropes");
    if (ropes == nullptr || ropes->as_array() == nullptr) return out;
    for (const json::Value& rope : *ropes->as_array()) {
        const std::string line = "  " + text_at(rope, "origin") + "  height " +
                                 std::to_string(uint_at(rope, "height")) + "  log " +
                                 std::to_string(uint_at(rope, "log_size")) + "  checkpoint " +
                                 std::to_string(uint_at(rope, "checkpoint_size"));
        out.lines.push_back({line, line});
    }
    return out;
}

}  // namespace

void add_node(Program& program) {
    CLI::App* noun = program.add_noun(
        {.name = "node",
         .what = {"Set up, start and look at a node.", "设置、启动与查看节点。"},
         .examples = "  ropenet node init --network guiyang --rope-name register --data DIR\n"
                     "  ropenet node start --data DIR\n"
                     "  ropenet node status\n"});
    const auto init = std::make_shared<InitOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "init",
         .what = {"Make a data folder: keys, genesis, policy, node.toml.",
                  "创建数据目录：密钥、创世、策略、node.toml。"},
         .examples = "  ropenet node init --network guiyang --rope-name register --data DIR\n"},
        [init](const Options& options, const Console&) { return run_init(options, *init); });
    verb->add_option("--network", init->network, "network name")->required();
    verb->add_option("--rope-name", init->ropes, "a rope of the node; may be repeated");

    const auto admin = std::make_shared<std::string>();
    verb = program.add_verb(noun,
                            {.name = "start",
                             .what = {"Start the node of a data folder.", "启动数据目录中的节点。"},
                             .examples = "  ropenet node start --data DIR\n"},
                            [admin](const Options& options, const Console& console) {
                                return run_start(options, *admin, console);
                            });
    verb->add_option("--admin", *admin, "where health and metrics are served");
    program.add_verb(
        noun,
        {.name = "status",
         .what = {"Heights and log sizes of a running node.", "运行中节点的高度与日志大小。"},
         .examples = "  ropenet node status --http 127.0.0.1:8480 --json\n"},
        [](const Options& options, const Console&) { return run_status(options); });
}

}  // namespace ropenet::cli
