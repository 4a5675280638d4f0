#include "ropenet/completion.hpp"

#include <map>
#include <set>

namespace ropenet::cli {
namespace {

/// In single quotes of a POSIX shell.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out.push_back(c);
    }
    return out + "'";
}

/// fish has its own escapes within single quotes.
std::string fish_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "'";
}

std::string joined(const std::set<std::string>& words) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

std::set<std::string> long_names(const std::vector<CliOption>& options) {
    std::set<std::string> out;
    for (const CliOption& option : options) {
        for (const std::string& name : option.names) {
            if (name.starts_with("--")) out.insert(name);
        }
    }
    return out;
}

/// What takes a value anywhere: the walk over the words steps over the value.
std::set<std::string> value_names(const CliCommand& root) {
    std::set<std::string> out;
    for (const CliCommand* command : all_of(root)) {
        for (const CliOption& option : command->options) {
            if (option.takes_value) out.insert(option.names.begin(), option.names.end());
        }
    }
    return out;
}

/// The words that may stand next: verbs, or the command's options and those taken everywhere.
std::set<std::string> words_after(const CliCommand& command, const CliCommand& root) {
    std::set<std::string> out = long_names(command.options);
    for (const std::string& name : long_names(root.options))
        out.insert(name);
    for (const CliCommand& verb : command.verbs)
        out.insert(verb.name);
    return out;
}

/// The same lines serve bash and zsh: which path the words so far have led to.
std::string walk_lines(const CliCommand& root, const std::string& words, const std::string& first) {
    std::string out = "    for word in \"" + words + "\"; do\n";
    out += "        if [ -n \"$skip\" ]; then skip=; continue; fi\n";
    out += "        case \" " + joined(value_names(root)) + " \" in\n";
    out += "            *\" $word \"*) skip=1; continue ;;\n";
    out += "        esac\n";
    out += "        case \"$at $word\" in\n";
    std::string paths;
    for (const CliCommand* command : all_of(root)) {
        if (command == &root) continue;
        paths += (paths.empty() ? "" : "|") + quoted(command->path);
    }
    out += "            " + paths + ") at=\"$at $word\" ;;\n";
    out += "        esac\n    done\n";
    return "    local at=" + first + " skip= word\n" + out;
}

/// `path option` of every option whose value is one of a few words.
std::map<std::string, std::string> choice_cases(const CliCommand& root) {
    std::map<std::string, std::string> out;
    for (const CliCommand* command : all_of(root)) {
        for (const CliOption& option : command->options) {
            if (option.choices.empty()) continue;
            const std::set<std::string> words{option.choices.begin(), option.choices.end()};
            for (const std::string& name : option.names) {
                const std::string pattern = command == &root ? "*" + quoted(" " + name)
                                                             : quoted(command->path + " " + name);
                out[pattern] = joined(words);
            }
        }
    }
    return out;
}

std::string choice_lines(const CliCommand& root, const std::string& offer) {
    std::string out;
    for (const auto& [pattern, words] : choice_cases(root))
        out += "        " + pattern + ") " + offer + " " + quoted(words) + "; return ;;\n";
    return out;
}

/// Positionals with a few words to choose from, such as the name of a shell.
std::set<std::string> positional_words(const CliCommand& command) {
    std::set<std::string> out;
    for (const CliOption& option : command.positionals)
        out.insert(option.choices.begin(), option.choices.end());
    return out;
}

std::string description_of(const std::string& what) {
    const auto stop = what.find_first_of(".;\n");
    return what.substr(0, stop);
}

}  // namespace

std::string bash_completion(const CliCommand& root) {
    std::string out =
        "# bash completion of ropenet; made by `ropenet completion bash`.\n"
        "_ropenet() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    COMPREPLY=()\n";
    out += walk_lines(root, "${COMP_WORDS[@]:1:COMP_CWORD-1}", root.name);
    out += "    _ropenet_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n";
    out += "    _ropenet_files() { mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); }\n";
    out += "    case \"$at $prev\" in\n";
    out += choice_lines(root, "_ropenet_words");
    out += "    esac\n";
    out += "    if [ -n \"$skip\" ]; then _ropenet_files; return; fi\n";
    out += "    case \"$at\" in\n";
    for (const CliCommand* command : all_of(root)) {
        std::set<std::string> words = words_after(*command, root);
        const std::set<std::string> choices = positional_words(*command);
        words.insert(choices.begin(), choices.end());
        out += "        " + quoted(command->path) + ") _ropenet_words " + quoted(joined(words));
        // What is no option may be a file.
        const bool files = !command->positionals.empty() && choices.empty();
        if (files) out += "; case \"$cur\" in -*) ;; *) _ropenet_files ;; esac";
        out += " ;;\n";
    }
    out += "    esac\n}\n";
    out += "complete -o filenames -F _ropenet ropenet\n";
    return out;
}

std::string zsh_completion(const CliCommand& root) {
    std::string out =
        "#compdef ropenet\n"
        "# zsh completion of ropenet; made by `ropenet completion zsh`.\n"
        "_ropenet() {\n"
        "    setopt localoptions shwordsplit\n"
        "    local prev=${words[CURRENT-1]}\n";
    out += walk_lines(root, "${words[@]:1:$((CURRENT-2))}", root.name);
    out += "    case \"$at $prev\" in\n";
    out += choice_lines(root, "compadd --");
    out += "    esac\n";
    out += "    if [ -n \"$skip\" ]; then _files; return; fi\n";
    out += "    local -a verbs options\n";
    out += "    case \"$at\" in\n";
    for (const CliCommand* command : all_of(root)) {
        out += "        " + quoted(command->path) + ")\n";
        out += "            verbs=(";
        for (const CliCommand& verb : command->verbs)
            out += quoted(verb.name + ":" + description_of(verb.what)) + " ";
        for (const std::string& word : positional_words(*command))
            out += quoted(word) + " ";
        out += ")\n            options=(";
        for (const std::string& name : words_after(*command, root)) {
            if (name.starts_with("--")) out += name + " ";
        }
        out += ")\n";
        const bool files = !command->positionals.empty() && positional_words(*command).empty();
        if (files) out += "            [[ ${words[CURRENT]} == -* ]] || _files\n";
        out += "            ;;\n";
    }
    out += "    esac\n";
    out += "    (( ${#verbs} )) && _describe -t verbs verb verbs\n";
    out += "    [[ ${words[CURRENT]} == -* ]] && compadd -- $options\n";
    out += "    return 0\n}\n";
    out += "compdef _ropenet ropenet\n";
    return out;
}

std::string fish_completion(const CliCommand& root) {
    std::string out =
        "# fish completion of ropenet; made by `ropenet completion fish`.\n"
        "function __ropenet_at\n"
        "    set -l path ropenet\n"
        "    set -l skip ''\n"
        "    for word in (commandline -opc)[2..-1]\n"
        "        if test -n \"$skip\"\n"
        "            set skip ''\n"
        "            continue\n"
        "        end\n"
        "        switch $word\n";
    out += "            case " + joined(value_names(root)) + "\n";
    out +=
        "                set skip 1\n"
        "                continue\n"
        "        end\n"
        "        switch \"$path $word\"\n";
    std::string paths;
    for (const CliCommand* command : all_of(root)) {
        if (command != &root) paths += " " + fish_quoted(command->path);
    }
    out += "            case" + paths + "\n";
    out +=
        "                set path \"$path $word\"\n"
        "        end\n"
        "    end\n"
        "    string match -q -- \"$argv[1]\" \"$path\"\n"
        "end\n";
    for (const CliCommand* command : all_of(root)) {
        // What the root takes is taken everywhere.
        const std::string where =
            command == &root ? "" : " -n \"__ropenet_at '" + command->path + "'\"";
        for (const CliOption& option : command->options) {
            for (const std::string& name : option.names) {
                const bool is_long = name.starts_with("--");
                out += "complete -c ropenet" + where + (is_long ? " -l " : " -s ") +
                       name.substr(is_long ? 2 : 1);
                const std::set<std::string> words{option.choices.begin(), option.choices.end()};
                if (!words.empty()) out += " -x -a " + fish_quoted(joined(words));
                if (words.empty() && option.takes_value) out += " -r";
                out += " -d " + fish_quoted(description_of(option.what)) + "\n";
            }
        }
        const std::string here = " -n \"__ropenet_at '" + command->path + "'\"";
        for (const CliCommand& verb : command->verbs) {
            out += "complete -c ropenet" + here + " -f -a " + verb.name + " -d " +
                   fish_quoted(description_of(verb.what)) + "\n";
        }
        for (const std::string& word : positional_words(*command))
            out += "complete -c ropenet" + here + " -f -a " + word + "\n";
    }
    return out;
}

}  // namespace ropenet::cli
