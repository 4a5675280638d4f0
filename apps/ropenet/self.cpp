// completion and man: what a shell and a manual need to know of this program, made by itself.
#include <cstdlib>
#include <filesystem>

#include "ropenet/completion.hpp"
#include "ropenet/man_pages.hpp"
#include "ropenet/tx_answer.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

/// Of the newest change of this version, so that a page is the same wherever it is made.
constexpr const char* kManDate = "2026-11-25";

Answer text_answer(const char* name, std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return Answer{.document = json::Object{{name, text}}, .lines = {{text, text}}};
}

VerbResult run_completion(const CliCommand& root, const std::string& shell) {
    if (shell == "bash") return text_answer("completion", bash_completion(root));
    if (shell == "zsh") return text_answer("completion", zsh_completion(root));
    return text_answer("completion", fish_completion(root));
}

VerbResult run_man(const CliCommand& root, const std::string& out,
                   const std::vector<std::string>& command) {
    const auto pages = man_pages(root, {.version = ROPENET_VERSION, .date = kManDate});
    if (!out.empty()) {
        for (const auto& [name, page] : pages) {
            ROPE_DO(write_output_file(std::filesystem::path{out} / name, view_of(page)));
        }
        const std::string count = std::to_string(pages.size());
        return Answer{
            .document = json::Object{{"out", out}, {"pages", pages.size()}},
            .lines = {{"wrote " + count + " pages to " + out, "已将 " + count + " 页写入 " + out}}};
    }
    std::string name = root.name;
    for (const std::string& word : command)
        name += "-" + word;
    const auto page = pages.find(name + ".1");
    if (page != pages.end()) return text_answer("man", page->second);
    return Unexpected{
        Failure{.exit = Exit::not_found,
                .code = "not_found.page",
                .what = {"there is no page " + name, "没有手册页 " + name},
                .next = {"`ropenet --help` lists the commands", "`ropenet --help` 列出全部命令"},
                .detail = {}}};
}

}  // namespace

void add_self(Program& program) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* verb = program.add_verb(
        &program.app(),
        {.name = "completion",
         .what = {"A completion script for your shell.", "供 shell 使用的补全脚本。"},
         .examples = "  source <(ropenet completion bash)\n"
                     "  ropenet completion zsh > ~/.zfunc/_ropenet\n"
                     "  ropenet completion fish > ~/.config/fish/completions/ropenet.fish\n"},
        [shell, &program](const Options&, const Console&) {
            return run_completion(tree_of(program.app()), *shell);
        });
    verb->add_option("SHELL", *shell, program.in({"bash, zsh or fish", "bash、zsh 或 fish"}))
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));

    struct Man {
        std::string out;
        std::vector<std::string> command;
    };
    const auto man = std::make_shared<Man>();
    verb =
        program.add_verb(&program.app(),
                         {.name = "man",
                          .what = {"A manual page of this program, or all of them into a folder.",
                                   "本程序的手册页，或将全部手册页写入目录。"},
                          .examples = "  ropenet man evidence import | man -l -\n"
                                      "  ropenet man --out build/man\n"},
                         [man, &program](const Options&, const Console&) {
                             return run_man(tree_of(program.app()), man->out, man->command);
                         });
    verb->add_option("COMMAND", man->command,
                     program.in({"whose page; default: the program's", "命令；默认为程序本身"}));
    verb->add_option("--out", man->out, program.in({"a folder for all pages", "全部手册页的目录"}));
}

}  // namespace ropenet::cli
