#include "ropenet/help.hpp"

#include <array>
#include <sstream>
#include <string>
#include <utility>

namespace ropenet::cli {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 6> kChinese{{
    {"Usage", "用法"},
    {"OPTIONS", "选项"},
    {"SUBCOMMAND", "子命令"},
    {"SUBCOMMANDS", "子命令"},
    {"Positionals", "参数"},
    {"REQUIRED", "必填"},
}};

class HelpFormatter final : public CLI::Formatter {
  public:
    explicit HelpFormatter(Lang lang) : lang_{lang} {
        if (lang != Lang::zh) return;
        for (const auto& [english, chinese] : kChinese)
            label(english, chinese);
    }

  private:
    std::string make_group(std::string group, bool is_positional,
                           std::vector<const CLI::Option*> options) const override {
        if (lang_ == Lang::zh && group == "Options") group = "选项";
        return Formatter::make_group(std::move(group), is_positional, std::move(options));
    }

    /// In a list only what it does: its examples are in its own help.
    std::string make_subcommand(const CLI::App* verb) const override {
        std::stringstream out;
        const std::string text = verb->get_description();
        CLI::detail::format_help(out, verb->get_display_name(true), text.substr(0, text.find('\n')),
                                 column_width_);
        return out.str();
    }

    Lang lang_;
};

}  // namespace

std::shared_ptr<CLI::Formatter> make_help_formatter(Lang lang) {
    return std::make_shared<HelpFormatter>(lang);
}

Words common_options() {
    return {
        "Also taken: --json, --lang en|zh, --data DIR; with a node --http URL, --rope NAME;\n"
        "with https://, --cacert FILE; to sign --as NAME or --key FILE. `ropenet --help` explains "
        "them.",
        "通用选项：--json、--lang en|zh、--data DIR；访问节点时 --http URL、--rope NAME；\n"
        "https:// 时 --cacert FILE；签名时 --as NAME 或 --key FILE。说明见 `ropenet --help`。"};
}

Words serving_options() {
    return {
        "Also taken: --http ADDR to listen on (default 127.0.0.1:8480, port 0: a free one),\n"
        "--data DIR (default ./ropenet-data), --json, --lang en|zh. Stop with Ctrl-C.",
        "通用选项：--http ADDR 监听地址（默认 127.0.0.1:8480，端口 0 表示任选空闲端口）、\n"
        "--data DIR（默认 ./ropenet-data）、--json、--lang en|zh。按 Ctrl-C 停止。"};
}

}  // namespace ropenet::cli
