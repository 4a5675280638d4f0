#include "ropenet/usage.hpp"

#include <optional>
#include <string>

#include "base/nearest.hpp"

namespace ropenet::cli {
namespace {

/// How far the words of a command line lead, and the first one that leads nowhere.
struct Walk {
    const CLI::App* here = nullptr;
    std::string unknown;  // empty: every verb and option is known
};

bool wants_verb(const CLI::App& app) {
    return app.get_require_subcommand_min() > 0;
}

bool is_option(std::string_view word) {
    return word.size() > 1 && word.starts_with('-');
}

/// Options are taken anywhere after the verb they belong to, so those of all levels above count.
const CLI::Option* option_of(const CLI::App* app, const std::string& name) {
    for (; app != nullptr; app = app->get_parent()) {
        const CLI::Option* found = app->get_option_no_throw(name);
        if (found != nullptr) return found;
    }
    return nullptr;
}

const CLI::App* verb_of(const CLI::App& app, const std::string& name) {
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (verb->get_name() == name) return verb;
    }
    return nullptr;
}

Walk walk(const CLI::App& app, const std::vector<std::string_view>& args) {
    Walk walk{.here = &app, .unknown = {}};
    for (std::size_t i = 0; i < args.size() && args[i] != "--"; ++i) {
        const auto equals = args[i].find('=');
        const std::string word{args[i].substr(0, equals)};
        if (is_option(word)) {
            const CLI::Option* option = option_of(walk.here, word);
            if (option == nullptr) return {.here = walk.here, .unknown = word};
            const bool takes_next = equals == std::string_view::npos;
            if (takes_next && option->get_items_expected_min() > 0) ++i;
        } else if (wants_verb(*walk.here)) {
            const CLI::App* verb = verb_of(*walk.here, word);
            if (verb == nullptr) return {.here = walk.here, .unknown = word};
            walk.here = verb;
        }
    }
    return walk;
}

std::string path_of(const CLI::App* app) {
    std::string path = app->get_name();
    while ((app = app->get_parent()) != nullptr)
        path = app->get_name() + " " + path;
    return path;
}

std::vector<std::string> verbs_of(const CLI::App& app) {
    std::vector<std::string> out;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        out.push_back(verb->get_name());
    return out;
}

std::vector<std::string> options_of(const CLI::App* app) {
    std::vector<std::string> out;
    for (; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options([](const CLI::Option*) { return true; }))
            for (const std::string& name : option->get_lnames())
                out.push_back("--" + name);
    }
    return out;
}

/// The noun of a verb that was named without it: `deposit` is `evidence deposit`.
std::string with_its_noun(const CLI::App& app, const std::string& verb) {
    for (const CLI::App* noun : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (verb_of(*noun, verb) != nullptr) return path_of(noun) + " " + verb;
    }
    return {};
}

std::string meant_verb(const Walk& walk) {
    const std::string whole = with_its_noun(*walk.here, walk.unknown);
    if (!whole.empty()) return whole;
    const std::string near = nearest_word(walk.unknown, verbs_of(*walk.here));
    return near.empty() ? near : path_of(walk.here) + " " + near;
}

Words list_hint(const CLI::App* app) {
    const std::string help = "`" + path_of(app) + " --help`";
    return {help + " lists what there is", help + " 列出可用内容"};
}

Failure unknown_word(const Walk& walk) {
    const std::string path = path_of(walk.here);
    const bool option = is_option(walk.unknown);
    Failure failure =
        usage_failure(option ? Words{"`" + path + "` has no option " + walk.unknown,
                                     "`" + path + "` 没有选项 " + walk.unknown}
                             : Words{"there is no `" + path + " " + walk.unknown + "`",
                                     "没有命令 `" + path + " " + walk.unknown + "`"});
    const std::string meant =
        option ? nearest_word(walk.unknown, options_of(walk.here)) : meant_verb(walk);
    failure.next = list_hint(walk.here);
    if (!meant.empty()) {
        failure.next = {"did you mean `" + meant + "`?", "您是否要输入 `" + meant + "`？"};
    }
    return failure;
}

std::string after(const std::string& text, std::string_view mark) {
    const auto at = text.find(mark);
    return at == std::string::npos ? text : text.substr(at + mark.size());
}

template <typename Kind>
bool is_a(const CLI::ParseError& error) {
    return dynamic_cast<const Kind*>(&error) != nullptr;
}

/// The parser speaks English only; its kinds of error are few.
Words words_of(const CLI::ParseError& error) {
    const std::string what = error.what();
    if (is_a<CLI::RequiredError>(error)) {
        const std::string name = what.substr(0, what.find(" is required"));
        return {name + " is missing", "缺少 " + name};
    }
    if (is_a<CLI::ExtrasError>(error)) {
        const std::string extra = after(what, ": ");
        return {"not expected here: " + extra, "多余的参数：" + extra};
    }
    if (is_a<CLI::ArgumentMismatch>(error) && what.ends_with("missing")) {
        const std::string name = what.substr(0, what.find(':'));
        return {name + " lacks its value", name + " 缺少值"};
    }
    if (is_a<CLI::ValidationError>(error)) return {what, "参数值不合要求：" + what};
    return {what, "命令行有误：" + what};
}

}  // namespace

Failure usage_failure_of(const CLI::App& app, const std::vector<std::string_view>& args,
                         const CLI::ParseError& error) {
    const Walk found = walk(app, args);
    if (!found.unknown.empty()) return unknown_word(found);
    const bool incomplete = wants_verb(*found.here);
    const std::string path = path_of(found.here);
    Failure failure = usage_failure(
        incomplete ? Words{"say what `" + path + "` shall do", "请指明 `" + path + "` 要做什么"}
                   : words_of(error));
    failure.next = list_hint(found.here);
    return failure;
}

}  // namespace ropenet::cli
