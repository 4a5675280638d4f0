// ropenet: the one binary. Reads the command line, runs one verb, prints what it gives.
#include <algorithm>
#include <iostream>
#include <string_view>
#include <vector>

#include "ropenet/suggest.hpp"
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

int usage_error(const Console& console, Program& program, const CLI::ParseError& error,
                const std::vector<std::string_view>& args) {
    std::string what = error.what();
    if (args.empty()) what = "say what to do: ropenet --help lists the verbs";
    const std::string meant = suggestion_for(program.app(), args);
    Failure failure = usage_failure({what, what});
    if (!meant.empty()) {
        failure.next = {"did you mean `" + meant + "`?", "您是否要输入 `" + meant + "`？"};
    }
    return console.finish(ropenet::Unexpected{failure});
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> args(argv + 1, argv + argc);
    const Options seen = options_seen(args);
    const Console console{seen.json, seen.language()};
    Program program{seen.language()};
    add_dev(program);
    add_node(program);
    add_key(program);
    add_tx(program);
    add_evidence(program);
    add_policy(program);
    add_state(program);
    add_log(program);
    try {
        program.app().parse(argc, argv);
    } catch (const CLI::CallForHelp& call) {
        return program.app().exit(call);
    } catch (const CLI::CallForAllHelp& call) {
        return program.app().exit(call);
    } catch (const CLI::CallForVersion& call) {
        return program.app().exit(call);
    } catch (const CLI::ParseError& error) {
        return usage_error(console, program, error, args);
    }
    return console.finish(program.chosen()(program.options(), console));
}
