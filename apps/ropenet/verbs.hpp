// The verbs: each noun's file adds its own to the program and says what runs when one is chosen.
//
// A verb is a function from options to a VerbResult; main() prints what it gives.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

#include "ropenet/answer.hpp"
#include "ropenet/console.hpp"
#include "ropenet/options.hpp"

namespace ropenet::cli {

using Run = std::function<VerbResult(const Options&, const Console&)>;

/// What one verb needs to be found and explained.
struct VerbText {
    std::string name;
    Words what;
    std::string examples;  // one a line
};

/// The program while it is put together: global options and what the chosen verb runs.
class Program {
  public:
    explicit Program(Lang lang);

    CLI::App& app() { return app_; }
    Options& options() { return options_; }
    Lang lang() const { return lang_; }
    const Run& chosen() const { return chosen_; }

    /// In the reader's language.
    std::string in(const Words& words) const { return words.in(lang_); }

    /// Below `above`, or at the top.
    CLI::App* add_noun(const VerbText& text, CLI::App* above = nullptr);
    /// `run` is called when the command line names this verb; what it refers to must be owned by
    /// it.
    CLI::App* add_verb(CLI::App* noun, const VerbText& text, Run run);

  private:
    std::string describe(const VerbText& text) const;

    Lang lang_;
    Options options_;
    CLI::App app_;
    Run chosen_;
};

void add_dev(Program& program);
void add_node(Program& program);
void add_node_backup(Program& program, CLI::App* noun);
void add_node_du(Program& program, CLI::App* noun);
void add_doctor(Program& program);
void add_key(Program& program);
void add_tx(Program& program);
void add_tx_list(Program& program, CLI::App* noun);
void add_tx_watch(Program& program, CLI::App* noun);
void add_evidence(Program& program);
void add_evidence_import(Program& program, CLI::App* noun);
void add_policy(Program& program);
void add_state(Program& program);
void add_log(Program& program);
void add_rope(Program& program);
void add_tsa(Program& program);
void add_self(Program& program);

}  // namespace ropenet::cli
