// node tls: a certificate for development in the data folder.
#include "ropenet/node_tls.hpp"

#include <filesystem>

#include "node/development_tls.hpp"
#include "ropenet/serve.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

struct InitOptions {
    std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
    bool force = false;
};

VerbResult run_init(const Options& options, const InitOptions& init) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{std::filesystem::absolute(options.data_folder()).string()};
    const auto made =
        node::init_development_tls(files, folder, init.hosts, SystemClock{},
                                   init.force ? keys::Overwrite::allow : keys::Overwrite::refuse);
    const node::DevelopmentTls paths = node::development_tls(folder);
    if (!made) return Unexpected{failure_of_writing(made.error())};
    json::Array hosts;
    for (const std::string& host : init.hosts)
        hosts.emplace_back(host);
    return Answer{
        .document = json::Object{{"ca", paths.ca},
                                 {"certificate", paths.certificate},
                                 {"key", paths.key},
                                 {"hosts", json::Value{std::move(hosts)}}},
        .lines = {{"certificate  " + paths.certificate, "证书         " + paths.certificate},
                  {"key          " + paths.key, "私钥         " + paths.key},
                  words_of_trust(paths.ca),
                  {"Serve with it: `ropenet node start --tls --data " + folder.path + "`",
                   "使用方法：`ropenet node start --tls --data " + folder.path + "`"}}};
}

}  // namespace

void add_node_tls(Program& program, CLI::App* noun) {
    CLI::App* tls = program.add_noun(
        {.name = "tls",
         .what = {"A TLS certificate that the node makes for itself.", "节点自建的 TLS 证书。"},
         .examples = "  ropenet node tls init --data DIR --host node.example.test\n"},
        noun);
    const auto init = std::make_shared<InitOptions>();
    CLI::App* verb = program.add_verb(
        tls,
        {.name = "init",
         .what = {"Make a certificate for development, valid for a year, and an authority that "
                  "signs it and nothing else ever. For the public use one that your users' "
                  "systems believe already.",
                  "创建开发用证书，有效期一年，由仅签发此证书的机构签名。"
                  "对外服务请使用用户系统已信任的证书。"},
         .examples = "  ropenet node tls init --data DIR\n"
                     "  ropenet node tls init --data DIR --host node.example.test "
                     "--host 192.0.2.7\n"},
        [init](const Options& options, const Console&) { return run_init(options, *init); });
    verb->add_option(
            "--host", init->hosts,
            program.in({"name or address under which clients reach it; may be repeated; "
                        "default localhost, 127.0.0.1 and ::1",
                        "客户端访问所用的名称或地址；可重复；默认 localhost、127.0.0.1 与 ::1"}))
        ->option_text("NAME");
    verb->add_flag("--force", init->force,
                   program.in({"replace the one that is there", "替换已有证书"}));
}

}  // namespace ropenet::cli
