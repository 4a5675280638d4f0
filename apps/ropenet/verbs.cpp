#include "ropenet/verbs.hpp"

#include "ropenet/help.hpp"

namespace ropenet::cli {

Program::Program(Lang lang) : lang_{lang} {
    app_.name("ropenet");
    app_.formatter(make_help_formatter(lang));
    app_.description(
        Words{"A permissioned ledger whose answers can be proved offline.\n\nExamples:\n"
              "  ropenet dev                                   a development node with two ropes\n"
              "  ropenet evidence deposit FILE --as alice      deposit a file's hash\n"
              "  ropenet evidence export TX --out DIR          its evidence bundle\n"
              "  ropenet evidence verify DIR --trust POLICY    check it offline\n",
              "许可账本，其答复可离线证明。\n\n示例：\n"
              "  ropenet dev                                   启动带两条账绳的演示节点\n"
              "  ropenet evidence deposit FILE --as alice      存入文件哈希\n"
              "  ropenet evidence export TX --out DIR          导出证据包\n"
              "  ropenet evidence verify DIR --trust POLICY    离线验证\n"}
            .in(lang));
    app_.set_help_flag("-h,--help", in({"this help", "显示帮助"}));
    app_.set_version_flag("--version", std::string{"ropenet "} + ROPENET_VERSION,
                          in({"the version", "显示版本"}));
    app_.require_subcommand(1);
    app_.add_option("--http", options_.http,
                    in({"URL of a node; for dev and node start: the address to listen on",
                        "节点 URL；dev 与 node start 中为监听地址"}));
    app_.add_option("--rope", options_.rope,
                    in({"rope name; default: the node's first", "账绳名；默认为节点的第一条"}));
    app_.add_option("--data", options_.data,
                    in({"data folder; default ./ropenet-data", "数据目录；默认 ./ropenet-data"}));
    app_.add_option("--as", options_.as,
                    in({"sign as this development identity", "以该演示身份签名"}));
    app_.add_option("--key", options_.key,
                    in({"sign with this PKCS#8 PEM file; - reads standard input",
                        "用该 PKCS#8 PEM 文件签名；- 表示标准输入"}));
    app_.add_option("--cacert", options_.cacert,
                    in({"PEM of the authorities that https:// believes; default: the system's",
                        "https:// 所信任的证书机构 PEM 文件；默认为系统自带"}));
    app_.add_option("--lang", options_.lang,
                    in({"en or zh; default from LANG", "en 或 zh；默认取自 LANG"}))
        ->check(CLI::IsMember({"en", "zh"}));
    app_.add_flag("--json", options_.json,
                  in({"one JSON document on stdout", "标准输出只含一份 JSON 文档"}));
}

std::string Program::describe(const VerbText& text) const {
    const std::string head = lang_ == Lang::zh ? "\n\n示例：\n" : "\n\nExamples:\n";
    return text.what.in(lang_) + head + text.examples;
}

CLI::App* Program::add_noun(const VerbText& text, CLI::App* above) {
    CLI::App* noun = (above == nullptr ? app_ : *above).add_subcommand(text.name, describe(text));
    noun->require_subcommand(1);
    noun->fallthrough();
    noun->group(in({"Subcommands", "子命令"}));
    return noun;
}

CLI::App* Program::add_verb(CLI::App* noun, const VerbText& text, Run run) {
    CLI::App* verb = noun->add_subcommand(text.name, describe(text));
    verb->fallthrough();
    verb->group(in({"Subcommands", "子命令"}));
    verb->footer(in(common_options()));
    verb->callback([this, run = std::move(run)] { chosen_ = run; });
    return verb;
}

}  // namespace ropenet::cli
