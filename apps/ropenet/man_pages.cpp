#include "ropenet/man_pages.hpp"

#include <algorithm>

namespace ropenet::cli {
namespace {

/// Text of a page: no line may look like a macro, and a hyphen is what stands on the keyboard.
std::string roff(const std::string& text) {
    std::string out;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out.push_back(c);
        line_begins = c == '\n';
    }
    return out;
}

std::string page_name(const CliCommand& command) {
    std::string name = command.path;
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string upper(std::string text) {
    for (char& c : text)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

/// `VALUE`, or the words to choose from.
std::string value_of(const CliOption& option) {
    std::string out;
    for (const std::string& choice : option.choices)
        out += (out.empty() ? "" : "|") + choice;
    return out.empty() ? "VALUE" : out;
}

std::string option_lines(const CliOption& option, bool positional) {
    std::string names;
    for (const std::string& name : option.names)
        names += (names.empty() ? "" : ", ") + std::string{"\\fB"} + roff(name) + "\\fR";
    std::string out = ".TP\n" + names;
    if (!positional && option.takes_value) out += " \\fI" + roff(value_of(option)) + "\\fR";
    out += "\n" + roff(option.what.empty() ? "(no words)" : option.what);
    if (option.required && !positional) out += " (required)";
    return out + "\n";
}

std::string synopsis(const CliCommand& command) {
    std::string out = "\\fB" + roff(command.path) + "\\fR";
    if (!command.verbs.empty()) return out + " \\fICOMMAND\\fR ...";
    for (const CliOption& option : command.positionals) {
        const std::string name = "\\fI" + roff(option.names.front()) + "\\fR";
        out += option.required ? " " + name : " [" + name + "]";
    }
    return out + " [\\fIOPTION\\fR]...";
}

std::string see_also(const CliCommand& command, const CliCommand& root) {
    std::string out;
    const auto add = [&](const std::string& name) {
        out += (out.empty() ? "" : ", ") + std::string{"\\fB"} + roff(name) + "\\fR(1)";
    };
    if (&command != &root) add(root.name);
    for (const CliCommand& verb : command.verbs)
        add(page_name(verb));
    return out;
}

std::string page_of(const CliCommand& command, const CliCommand& root, const ManFacts& facts) {
    std::string out = ".TH \"" + upper(roff(page_name(command))) + "\" 1 \"" + facts.date +
                      "\" \"ropenet " + facts.version + "\" \"ropenet manual\"\n";
    out += ".SH NAME\n" + roff(page_name(command)) + " \\- " + roff(command.what) + "\n";
    out += ".SH SYNOPSIS\n" + synopsis(command) + "\n";
    if (!command.verbs.empty()) {
        out += ".SH COMMANDS\n";
        for (const CliCommand& verb : command.verbs)
            out += ".TP\n\\fB" + roff(verb.name) + "\\fR\n" + roff(verb.what) + "\n";
    }
    if (!command.positionals.empty()) {
        out += ".SH ARGUMENTS\n";
        for (const CliOption& option : command.positionals)
            out += option_lines(option, true);
    }
    out += ".SH OPTIONS\n";
    for (const CliOption& option : command.options)
        out += option_lines(option, false);
    if (&command != &root) {
        out += ".PP\nOptions that every command takes are in \\fB" + root.name + "\\fR(1).\n";
    }
    if (!command.examples.empty()) {
        out += ".SH EXAMPLES\n.nf\n" + roff(command.examples);
        out += std::string{out.ends_with('\n') ? "" : "\n"} + ".fi\n";
    }
    out +=
        ".SH EXIT STATUS\n0 when it is done; 2 for a command line that cannot be understood; "
        "the others are in docs/guides/exit\\-codes.md.\n";
    return out + ".SH SEE ALSO\n" + see_also(command, root) + "\n";
}

}  // namespace

std::map<std::string, std::string> man_pages(const CliCommand& root, const ManFacts& facts) {
    std::map<std::string, std::string> out;
    for (const CliCommand* command : all_of(root))
        out.emplace(page_name(*command) + ".1", page_of(*command, root, facts));
    return out;
}

}  // namespace ropenet::cli
