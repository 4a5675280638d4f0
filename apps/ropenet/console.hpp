// Prints for people and programs: with --json one document on stdout and nothing else there.
//
// Progress and sentences of long verbs go to stdout for people, to nowhere with --json. One thread.
#pragma once

#include <chrono>
#include <string>

#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// Lets progress be told once a second, however fast the work is.
class Pace {
  public:
    /// Whether a second has passed since it last said so, or since the beginning.
    bool due();

  private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

class Console {
  public:
    Console(bool json, Lang lang) : json_{json}, lang_{lang} {}

    bool json() const { return json_; }
    Lang lang() const { return lang_; }

    /// A sentence of a long verb, at once; silent with --json.
    void say(const Words& words) const;
    /// A sentence for whoever watches, at once, on the error output; never part of the answer.
    void note(const Words& words) const;
    /// One document on a line of its own, at once; only with --json.
    void emit(const json::Value& document) const;
    /// The end of a verb. Answers the process's exit code.
    int finish(const VerbResult& result) const;

  private:
    int fail_with(const Failure& failure) const;

    bool json_;
    Lang lang_;
};

}  // namespace ropenet::cli
