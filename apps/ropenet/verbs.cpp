#include "ropenet/verbs.hpp"

namespace ropenet::cli {

Program::Program(Lang lang) : lang_{lang} {
    app_.name("ropenet");
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
    app_.set_version_flag("--version", std::string{"ropenet "} + ROPENET_VERSION);
    app_.require_subcommand(1);
    app_.add_option("--http", options_.http, "URL of a node");
    app_.add_option("--rope", options_.rope, "rope name; default: the node's first");
    app_.add_option("--data", options_.data, "data folder; default ./ropenet-data");
    app_.add_option("--as", options_.as, "sign as this development identity");
    app_.add_option("--key", options_.key, "sign with this PKCS#8 PEM file");
    app_.add_option("--lang", options_.lang, "en or zh; default from LANG")
        ->check(CLI::IsMember({"en", "zh"}));
    app_.add_flag("--json", options_.json, "one JSON document on stdout");
}

std::string Program::describe(const VerbText& text) const {
    const std::string head = lang_ == Lang::zh ? "\n\n示例：\n" : "\n\nExamples:\n";
    return text.what.in(lang_) + head + text.examples;
}

CLI::App* Program::add_noun(const VerbText& text) {
    CLI::App* noun = app_.add_subcommand(text.name, describe(text));
    noun->require_subcommand(1);
    noun->fallthrough();
    return noun;
}

CLI::App* Program::add_verb(CLI::App* noun, const VerbText& text, Run run) {
    CLI::App* verb = noun->add_subcommand(text.name, describe(text));
    verb->fallthrough();
    verb->callback([this, run = std::move(run)] { chosen_ = run; });
    return verb;
}

}  // namespace ropenet::cli
