// policy: load the register of policy documents, and derive its statistics from the ledger.
#include "ropenet/policy_load.hpp"
#include "ropenet/policy_stats.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

VerbResult run_load(const Options& options, const std::string& from, const Console& console) {
    ROPE_TRY(const std::vector<PolicyEntry> entries,
             read_policy_entries(from.empty() ? built_in_tables() : tables_in(from)));
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const RecorderReport recorders, ensure_recorders(session, options, entries));
    const auto progress = [&](std::size_t done, std::size_t total) {
        const std::string text = std::to_string(done) + "/" + std::to_string(total);
        console.say({text + " on the ledger", "已上链 " + text});
    };
    ROPE_TRY(const LoadReport report,
             deposit_missing(session, recorders.recorders, entries, progress));
    return Answer{.document = json::Object{{"rope", session.rope()},
                                           {"height", report.height},
                                           {"recorders", recorders.recorders.size()},
                                           {"registered_now", recorders.registered_now},
                                           {"entries", report.entries},
                                           {"deposited_now", report.deposited_now},
                                           {"there_already", report.there_already}},
                  .lines = {{std::to_string(report.entries) + " entries, " +
                                 std::to_string(report.deposited_now) + " deposited now, " +
                                 std::to_string(report.there_already) + " there already",
                             "共 " + std::to_string(report.entries) + " 条，本次存证 " +
                                 std::to_string(report.deposited_now) + " 条，已存在 " +
                                 std::to_string(report.there_already) + " 条"}}};
}

VerbResult run_stats(const Options& options) {
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const Register entries, read_register(session));
    ROPE_TRY(const Statistics statistics, statistics_of(entries));
    return Answer{.document = document_of(statistics), .lines = lines_of(statistics)};
}

}  // namespace

void add_policy(Program& program) {
    CLI::App* noun =
        program.add_noun({.name = "policy",
                          .what = {"The register of policy documents of a survey of 2017.",
                                   "2017 年调查报告所列政策文件的登记。"},
                          .examples = "  ropenet policy load\n"
                                      "  ropenet policy stats --json\n"});
    const auto from = std::make_shared<std::string>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "load",
         .what = {"Register the demo recorders and deposit what is not on the ledger yet.",
                  "登记演示录入账户并存入尚未上链的条目。"},
         .examples = "  ropenet policy load --data ropenet-data\n"
                     "  ropenet policy load --from data/\n"},
        [from](const Options& options, const Console& console) {
            return run_load(options, *from, console);
        });
    verb->add_option("--from", *from,
                     program.in({"folder of the four CSV tables; default: the built-in ones",
                                 "四张 CSV 表所在目录；默认用内置数据"}));
    program.add_verb(noun,
                     {.name = "stats",
                      .what = {"Figures and verdicts derived from the ledger alone, at one height.",
                               "仅由账本在同一高度推导的数据与判定。"},
                      .examples = "  ropenet policy stats\n"},
                     [](const Options& options, const Console&) { return run_stats(options); });
}

}  // namespace ropenet::cli
