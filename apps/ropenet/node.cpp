// node: a node that an operator sets up, starts and looks at.
#include <filesystem>

#include "ledger/ledger.hpp"
#include "node/data_folder.hpp"
#include "ropenet/help.hpp"
#include "ropenet/node_tls.hpp"
#include "ropenet/serve.hpp"
#include "ropenet/session.hpp"
#include "ropenet/verbs.hpp"
#include "storage/folder_lock.hpp"
#include "storage/kv.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/signed_state.hpp"

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
    if (!made) return Unexpected{failure_of_writing(made.error())};
    return Answer{
        .document = json::Object{{"data", data}, {"network", checked->network}},
        .lines = {
            {"Data folder " + data + " is ready; start it with `ropenet node start --data " + data +
                 "`",
             "数据目录 " + data + " 已就绪；用 `ropenet node start --data " + data + "` 启动"}}};
}

VerbResult run_start(const Options& options, ServeOptions start, const Console& console) {
    const std::string data = data_of(options);
    start.data = data;
    start.http = options.http;
    ROPE_TRY(RunningNode running, start_node(start));
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
        if (text_at(rope, "stopped_by") != "clock") continue;
        out.lines.push_back({"    makes no blocks: the clock was set; set it right and start again",
                             "    已停止出块：时钟被改动；请校正时钟后重新启动"});
    }
    return out;
}

/// Its checkpoint is signed by others and cannot be made again here.
Failure loaded_from_an_export(const std::string& rope) {
    return Failure{.exit = Exit::conflict,
                   .code = "rope.read_only",
                   .what = {rope + " was loaded from an export and is not repaired",
                            rope + " 由导出文件载入，不作修复"},
                   .next = {"load the export into a new folder with `ropenet rope load`",
                            "用 `ropenet rope load` 将导出文件载入新目录"},
                   .detail = {}};
}

/// Removes what is derived from the block log and makes the state again; tiles and checkpoint
/// follow at the next start.
Expected<json::Value, Failure> rebuild(storage::FileSystem& files, const node::DataFolder& folder,
                                       const std::string& rope) {
    const std::string dir = folder.rope(rope);
    const auto read_only = files.exists(folder.read_only_marker(rope));
    if (!read_only) return Unexpected{failure_of(read_only.error())};
    if (*read_only) return Unexpected{loaded_from_an_export(rope)};
    for (const char* derived : {"/state", "/log/tile", "/log/checkpoint"}) {
        const auto removed = files.remove_all(dir + derived);
        if (!removed) return Unexpected{failure_of(removed.error())};
    }
    auto rope_files = node::load_rope_files(files, folder, rope);
    if (!rope_files) return Unexpected{failure_of(rope_files.error())};
    const auto signed_state = storage::SignedState::open(files, folder.signed_state(rope));
    if (!signed_state) return Unexpected{failure_of(signed_state.error())};
    const auto last = (*signed_state)->last();
    storage::KvEnvironment kv;
    NullLog log;
    const auto ledger = ledger::Ledger::open(
        {.folder = dir, .genesis = rope_files->genesis, .signed_size = last ? last->size : 0},
        files, kv, log);
    if (!ledger) return Unexpected{failure_of(ledger.error())};
    const auto flushed = (*ledger)->flush();
    if (!flushed) return Unexpected{failure_of(flushed.error())};
    const auto at = (*ledger)->reader().latest()->at();
    return json::Value{json::Object{{"rope", rope},
                                    {"height", at.height},
                                    {"log_size", at.log_size},
                                    {"state_root", hex(at.state_root)}}};
}

VerbResult run_repair(const Options& options, const Console& console) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{data_of(options)};
    const auto config = node::load_config(files, folder);
    if (!config) return Unexpected{failure_of(config.error())};
    const auto lock = storage::FolderLock::acquire(files, folder.path);
    if (!lock) return Unexpected{failure_of(lock.error())};
    json::Array ropes;
    Answer out;
    for (const std::string& rope : config->ropes) {
        console.say({"executing the block log of " + rope + " again ...",
                     "重新执行 " + rope + " 的区块日志……"});
        ROPE_TRY(json::Value done, rebuild(files, folder, rope));
        const std::string height = std::to_string(uint_at(done, "height"));
        out.lines.push_back({rope + ": rebuilt to height " + height + ", every root as before",
                             rope + "：已重建至高度 " + height + "，各根与原先一致"});
        ropes.push_back(std::move(done));
    }
    out.document = json::Object{{"data", folder.path}, {"ropes", json::Value{std::move(ropes)}}};
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
    verb->add_option("--network", init->network, program.in({"network name", "网络名"}))
        ->required();
    verb->add_option("--rope-name", init->ropes,
                     program.in({"a rope of the node; may be repeated", "节点的一条账绳；可重复"}));

    const auto start = std::make_shared<ServeOptions>();
    verb = program.add_verb(noun,
                            {.name = "start",
                             .what = {"Start the node of a data folder.", "启动数据目录中的节点。"},
                             .examples = "  ropenet node start --data DIR\n"
                                         "  ropenet node start --data DIR --http 0.0.0.0:443 "
                                         "--tls-cert cert.pem --tls-key key.pem\n"},
                            [start](const Options& options, const Console& console) {
                                return run_start(options, *start, console);
                            });
    add_serving_options(program, verb, *start);
    program.add_verb(
        noun,
        {.name = "repair",
         .what = {"Make state, tiles and checkpoint again from the block log; the node must be "
                  "stopped.\nDamage in the block log itself needs a copy of it and is only named.",
                  "由区块日志重建状态、块文件与签名树头；须先停止节点。\n"
                  "区块日志本身的损坏须用其副本恢复，此处只予指明。"},
         .examples = "  ropenet node repair --data DIR\n"},
        [](const Options& options, const Console& console) {
            return run_repair(options, console);
        });
    program.add_verb(
        noun,
        {.name = "status",
         .what = {"Heights and log sizes of a running node.", "运行中节点的高度与日志大小。"},
         .examples = "  ropenet node status --http 127.0.0.1:8480 --json\n"},
        [](const Options& options, const Console&) { return run_status(options); });
    add_node_du(program, noun);
    add_node_backup(program, noun);
    add_node_tls(program, noun);
}

}  // namespace ropenet::cli
