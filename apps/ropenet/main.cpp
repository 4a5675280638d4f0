// ropenet: the one binary. Reads the command line, runs one verb, prints what it gives.
#include <string>
#include <string_view>
#include <vector>

#include "ropenet/usage.hpp"
#include "ropenet/verbs.hpp"

namespace {

using namespace ropenet::cli;

/// Known before parsing, because help and usage errors depend on them.
Options options_seen(const std::vector<std::string_view>& args) {
    Options options;
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (args[i] == "--json") options.json = true;
        if (args[i] == "--lang" && i + 1 < args.size()) options.lang = args[i + 1];
        if (args[i].starts_with("--lang=")) options.lang = args[i].substr(7);
    }
    return options;
}

/// `ropenet help tx send` is `ropenet tx send --help`.
void take_help_word(std::vector<std::string_view>& args) {
    std::size_t at = 0;
    while (at < args.size() && args[at].starts_with("--"))
        at += args[at] == "--lang" ? 2U : 1U;
    if (at >= args.size() || args[at] != "help") return;
    args.erase(args.begin() + static_cast<std::ptrdiff_t>(at));
    args.emplace_back("--help");
}

/// A text that was asked for is no failure, and with --json it is a document too.
int tell(const Console& console, const char* name, std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return console.finish(
        Answer{.document = ropenet::json::Object{{name, text}}, .lines = {{text, text}}});
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> args(argv + 1, argv + argc);
    take_help_word(args);
    const Options seen = options_seen(args);
    const Console console{seen.json, seen.language()};
    Program program{seen.language()};
    add_dev(program);
    add_node(program);
    add_doctor(program);
    add_key(program);
    add_tx(program);
    add_evidence(program);
    add_policy(program);
    add_state(program);
    add_log(program);
    add_rope(program);
    add_tsa(program);
    add_self(program);
    try {
        program.app().parse(std::vector<std::string>(args.rbegin(), args.rend()));
    } catch (const CLI::CallForHelp&) {
        return tell(console, "help", program.app().help());
    } catch (const CLI::CallForVersion& call) {
        return tell(console, "version", call.what());
    } catch (const CLI::ParseError& error) {
        return console.finish(ropenet::Unexpected{usage_failure_of(program.app(), args, error)});
    }
    return console.finish(program.chosen()(program.options(), console));
}
