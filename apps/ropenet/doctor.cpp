#include "ropenet/doctor.hpp"

#include <algorithm>
#include <filesystem>

#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::problem:
            return "problem";
    }
    return "problem";
}

std::string_view mark_of(Severity severity, Lang lang) {
    const bool zh = lang == Lang::zh;
    switch (severity) {
        case Severity::ok:
            return zh ? "正常  " : "ok       ";
        case Severity::note:
            return zh ? "说明  " : "note     ";
        case Severity::warning:
            return zh ? "警告  " : "warning  ";
        case Severity::problem:
            return zh ? "问题  " : "problem  ";
    }
    return "";
}

Findings look_at_everything(const Options& options) {
    Findings out;
    storage::PosixFileSystem files;
    const node::DataFolder folder{std::filesystem::absolute(options.data_folder()).string()};
    look_at_machine(out);
    const auto config = node::load_config(files, folder);
    if (!config) {
        out.push_back({.id = "data.config",
                       .severity = Severity::problem,
                       .what = {config.error().what, "数据目录不可用：" + config.error().what},
                       .fix = {"name the node's folder with --data, or make one with `ropenet node "
                               "init`",
                               "用 --data 指定节点目录，或用 `ropenet node init` 创建"}});
        return out;
    }
    look_at_keys(folder, *config, out);
    look_at_ropes(folder, *config, out);
    look_at_disk(folder, out);
    look_at_clock(folder, *config, out);
    look_at_node(options, folder, *config, out);
    return out;
}

void add_lines(const Finding& finding, Answer& out) {
    out.lines.push_back({std::string{mark_of(finding.severity, Lang::en)} + finding.what.en,
                         std::string{mark_of(finding.severity, Lang::zh)} + finding.what.zh});
    if (finding.fix.en.empty()) return;
    out.lines.push_back({"         " + finding.fix.en, "      " + finding.fix.zh});
}

VerbResult run_doctor(const Options& options) {
    const Findings findings = look_at_everything(options);
    Answer out;
    json::Array all;
    for (const Finding& finding : findings) {
        add_lines(finding, out);
        all.emplace_back(
            json::Object{{"id", finding.id},
                         {"severity", name_of(finding.severity)},
                         {"what", json::Object{{"en", finding.what.en}, {"zh", finding.what.zh}}},
                         {"fix", json::Object{{"en", finding.fix.en}, {"zh", finding.fix.zh}}}});
    }
    const auto count = std::ranges::count(findings, Severity::problem, &Finding::severity);
    const std::string problems = std::to_string(count);
    out.lines.push_back(
        count == 0 ? Words{"No problem found.", "未发现问题。"}
                   : Words{problems + " problems found.", "发现 " + problems + " 个问题。"});
    out.document = json::Object{{"problems", static_cast<std::uint64_t>(count)},
                                {"findings", json::Value{std::move(all)}}};
    out.exit = count == 0 ? Exit::ok : Exit::config;
    return out;
}

}  // namespace

void add_doctor(Program& program) {
    program.add_verb(
        &program.app(),
        {.name = "doctor",
         .what =
             {"Look for what is wrong: data, keys, disk, clock, machine, node; each finding with "
              "its fix. Exit 78 when there is a problem.",
              "诊断：数据、密钥、磁盘、时钟、机器与节点；每项附处理办法。发现问题时退出码为 78。"},
         .examples = "  ropenet doctor --data DIR\n"
                     "  ropenet doctor --data DIR --json\n"},
        [](const Options& options, const Console&) { return run_doctor(options); });
}

}  // namespace ropenet::cli
