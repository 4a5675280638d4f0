#include "ropenet/cli_tree.hpp"

#include <algorithm>

namespace ropenet::cli {
namespace {

/// The parser keeps the words of CLI::IsMember in the name of the option's type: `TEXT:{a,b}`.
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.rfind('}');
    std::vector<std::string> out;
    if (open == std::string::npos || close == std::string::npos) return out;
    std::string rest = type.substr(open + 1, close - open - 1);
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        out.push_back(rest.substr(0, comma));
        rest = comma == std::string::npos ? std::string{} : rest.substr(comma + 1);
    }
    return out;
}

CliOption option_of(const CLI::Option& option) {
    CliOption out{.names = {},
                  .what = option.get_description(),
                  .choices = choices_of(option),
                  .takes_value = option.get_items_expected_max() > 0,
                  .repeats = option.get_items_expected_max() > 1,
                  .required = option.get_required()};
    if (option.nonpositional()) {
        for (const std::string& name : option.get_snames())
            out.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames())
            out.names.push_back("--" + name);
    } else {
        out.names.push_back(option.get_name(true));
    }
    return out;
}

CliCommand command_of(const CLI::App& app, const std::string& above) {
    CliCommand out;
    out.name = app.get_name();
    out.path = above.empty() ? out.name : above + " " + out.name;
    const std::string text = app.get_description();
    out.what = text.substr(0, text.find('\n'));
    const auto examples = text.find("\n  ");
    if (examples != std::string::npos) out.examples = text.substr(examples + 1);
    for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
        auto& list = option->nonpositional() ? out.options : out.positionals;
        list.push_back(option_of(*option));
    }
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        out.verbs.push_back(command_of(*verb, out.path));
    return out;
}

}  // namespace

CliCommand tree_of(const CLI::App& app) {
    return command_of(app, {});
}

std::vector<const CliCommand*> all_of(const CliCommand& root) {
    std::vector<const CliCommand*> out{&root};
    for (const CliCommand& verb : root.verbs) {
        const auto below = all_of(verb);
        out.insert(out.end(), below.begin(), below.end());
    }
    return out;
}

}  // namespace ropenet::cli
