#include "ropenet/suggest.hpp"

#include <algorithm>

#include "base/nearest.hpp"

namespace ropenet::cli {
namespace {

/// Where the words before have led: the app, and the words that may come next.
std::vector<std::string> words_of(const CLI::App& app) {
    std::vector<std::string> out;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        out.push_back(verb->get_name());
    }
    for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
        for (const CLI::Option* option :
             level->get_options([](const CLI::Option*) { return true; })) {
            for (const std::string& name : option->get_lnames())
                out.push_back("--" + name);
        }
    }
    return out;
}

}  // namespace

std::string suggestion_for(const CLI::App& app, const std::vector<std::string_view>& args) {
    const CLI::App* here = &app;
    for (const std::string_view arg : args) {
        const std::string_view word = arg.substr(0, arg.find('='));
        const auto known = words_of(*here);
        if (std::ranges::find(known, word) != known.end()) {
            if (!word.starts_with("-")) here = here->get_subcommand(std::string{word});
            continue;
        }
        const bool verb_wanted = !word.starts_with("-") && here->get_require_subcommand_min() > 0;
        if (verb_wanted || word.starts_with("--")) return nearest_word(word, known);
    }
    return {};
}

}  // namespace ropenet::cli
