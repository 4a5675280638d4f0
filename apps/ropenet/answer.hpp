// What a verb gives back: a document for programs, sentences for people, and an exit code.
//
// main() prints it, once, in the form and language asked for; verbs that run long print progress
// themselves through Console.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "codec/json.hpp"

namespace ropenet::cli {

/// docs/guides/exit-codes.md lists them for people.
enum class Exit : int {
    ok = 0,
    usage = 2,
    not_found = 3,
    refused = 4,  // refused by a rule, or denied
    conflict = 5,
    unknown_outcome = 6,
    origin_not_established = 7,
    invalid_proof = 8,
    bad_data = 65,
    unavailable = 69,
    storage = 74,
    try_later = 75,
    config = 78,
};

enum class Lang : std::uint8_t { en, zh };

struct Words {
    std::string en;
    std::string zh;

    const std::string& in(Lang lang) const { return lang == Lang::zh ? zh : en; }
};

struct Failure {
    Exit exit = Exit::bad_data;
    std::string code;  // stable
    Words what;
    Words next;          // what to do; may be empty
    json::Value detail;  // the server's own words, where there are any
};

struct Answer {
    json::Value document;
    std::vector<Words> lines;
    Exit exit = Exit::ok;
};

using VerbResult = Expected<Answer, Failure>;

/// The exit code and code word of a failed part of our own.
Failure failure_of(const Error& error);
/// The same where something was to be written: what is not there is a place that cannot be made.
Failure failure_of_writing(const Error& error);
Failure usage_failure(Words what);

}  // namespace ropenet::cli
