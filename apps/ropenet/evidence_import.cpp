// evidence import: deposits the rows of a table, safely interrupted and run again.
#include <filesystem>

#include "crypto/hash.hpp"
#include "ropenet/import.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

struct ImportOptions {
    std::string file;
    std::string format;
    MappingOptions mapping;
    bool dry_run = false;
    bool skip_invalid = false;
    std::string report;
    std::string journal;
};

Expected<ImportFormat, Failure> format_of(const ImportOptions& given) {
    std::string name = given.format;
    if (name.empty()) name = std::filesystem::path{given.file}.extension().string();
    if (name == "csv" || name == ".csv") return ImportFormat::csv;
    if (name == "ndjson" || name == ".ndjson" || name == ".jsonl") return ImportFormat::ndjson;
    return Unexpected{usage_failure({"say what " + given.file + " is: --format csv or ndjson",
                                     "请指明 " + given.file + " 的格式：--format csv 或 ndjson"})};
}

Expected<ImportPlan, Failure> plan_of(const ImportOptions& given) {
    ImportPlan plan;
    plan.file = given.file;
    ROPE_TRY(plan.format, format_of(given));
    ROPE_TRY(plan.mapping, mapping_of(given.mapping));
    plan.journal = given.journal.empty() ? given.file + ".journal" : given.journal;
    return plan;
}

std::string digest_of(const Mapping& mapping) {
    json::Object columns;
    json::Object texts;
    for (const auto& [name, column] : mapping.columns)
        columns.emplace_back(name, column);
    for (const auto& [name, text] : mapping.texts)
        texts.emplace_back(name, text);
    const json::Value value{json::Object{{"map", columns}, {"set", texts}}};
    return hex(crypto::sha256(view_of(json::serialize(value))));
}

/// One line of JSON for each result, as it comes.
class ReportFile {
  public:
    Expected<void, Failure> open(const std::string& path) {
        if (path.empty()) return {};
        auto file = files_.open(path, storage::OpenMode::recreate);
        if (!file) return Unexpected{failure_of_writing(file.error())};
        file_ = *std::move(file);
        return {};
    }
    void add(const std::string& line) {
        if (!file_ || !state_) return;
        text_ += line + "\n";
        if (text_.size() >= kPieceBytes) state_ = file_->append(view_of(std::exchange(text_, {})));
    }
    Expected<void, Failure> close() {
        if (!file_) return {};
        if (state_) state_ = file_->append(view_of(text_));
        if (state_) state_ = file_->sync();
        if (!state_) return Unexpected{failure_of(state_.error())};
        return {};
    }

  private:
    static constexpr std::size_t kPieceBytes = 1U << 20;
    storage::PosixFileSystem files_;
    std::unique_ptr<storage::File> file_;
    std::string text_;
    Result<void> state_;
};

void add_fault_lines(Answer& answer, const std::vector<json::Object>& faults,
                     std::uint64_t invalid) {
    for (const json::Object& object : faults) {
        const json::Value fault{object};
        const std::string number = std::to_string(uint_at(fault, "line"));
        const std::string column = text_at(fault, "column");
        const json::Value& reason = *fault.find("reason");
        answer.lines.push_back(
            {"line " + number + ": " + (column.empty() ? "" : column + " ") + text_at(reason, "en"),
             "第 " + number + " 行：" + (column.empty() ? "" : column + " ") +
                 text_at(reason, "zh")});
    }
    if (invalid <= faults.size()) return;
    const std::string more = std::to_string(invalid - faults.size());
    answer.lines.push_back({"... and " + more + " more lines; --report FILE has them all",
                            "……另有 " + more + " 行；完整列表见 --report FILE"});
}

json::Value faults_value(const ImportScan& scan) {
    json::Array out;
    for (const json::Object& fault : scan.faults)
        out.emplace_back(fault);
    return json::Value{std::move(out)};
}

/// Nothing is sent: what a dry run finds, or why nothing can be.
Answer answer_of_scan(const ImportScan& scan) {
    const std::string lines = std::to_string(scan.lines);
    const std::string invalid = std::to_string(scan.invalid);
    Answer answer{.document = json::Object{{"lines", scan.lines},
                                           {"valid", scan.lines - scan.invalid},
                                           {"invalid", scan.invalid},
                                           {"repeated", scan.repeated},
                                           {"sent", 0},
                                           {"errors", faults_value(scan)}},
                  .lines = {{lines + " lines, " + invalid + " invalid; nothing was sent",
                             lines + " 行，其中 " + invalid + " 行无效；未发送任何内容"}},
                  .exit = scan.invalid == 0 ? Exit::ok : Exit::bad_data};
    if (scan.repeated > 0) {
        const std::string repeated = std::to_string(scan.repeated);
        answer.lines.push_back({repeated + " lines repeat the content of an earlier one",
                                repeated + " 行与前面的行内容相同"});
    }
    add_fault_lines(answer, scan.faults, scan.invalid);
    return answer;
}

Exit exit_of(const std::map<std::string, std::uint64_t>& counts) {
    for (const auto& [status, count] : counts) {
        if (status != "committed" && status != "there" && status != "invalid") return Exit::refused;
    }
    return counts.contains("invalid") ? Exit::bad_data : Exit::ok;
}

Answer answer_of_import(const ImportScan& scan, const ImportJournal& journal,
                        const ImportPlan& plan) {
    json::Object counts;
    std::string en;
    for (const auto& [status, count] : journal.counts()) {
        counts.emplace_back(status, count);
        en += (en.empty() ? "" : ", ") + status + " " + std::to_string(count);
    }
    const std::string lines = std::to_string(scan.lines);
    Answer answer{.document = json::Object{{"lines", scan.lines},
                                           {"results", std::move(counts)},
                                           {"resumed", journal.resumed()},
                                           {"journal", plan.journal.string()},
                                           {"errors", faults_value(scan)}},
                  .lines = {{lines + " lines: " + en, lines + " 行：" + en}},
                  .exit = exit_of(journal.counts())};
    add_fault_lines(answer, scan.faults, scan.invalid);
    return answer;
}

Expected<void, Failure> send_all(const Options& options, const ImportPlan& plan,
                                 const ImportScan& scan, const Console& console,
                                 std::unique_ptr<ImportJournal>& journal) {
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const Signatory who, session.signatory(options));
    ROPE_TRY(journal, ImportJournal::open(plan.journal, {.input = hex(scan.sha256),
                                                         .mapping = digest_of(plan.mapping),
                                                         .origin = session.origin(),
                                                         .account = who.account.text()}));
    if (journal->resumed()) {
        const std::string line = std::to_string(journal->through() + 1);
        console.say({"going on at line " + line, "从第 " + line + " 行继续"});
    }
    Importer importer{plan, session, who, *journal};
    const std::string all = std::to_string(scan.lines);
    Pace pace;
    return importer.run([&] {
        if (!pace.due()) return;
        std::uint64_t done = 0;
        for (const auto& [status, count] : journal->counts())
            done += count;
        const std::string n = std::to_string(done);
        console.say({n + " of " + all + " lines", n + " / " + all + " 行"});
    });
}

VerbResult run_import(const Options& options, const ImportOptions& given, const Console& console) {
    ROPE_TRY(const ImportPlan plan, plan_of(given));
    ReportFile report;
    ROPE_DO(report.open(given.report));
    ROPE_TRY(const ImportScan scan,
             scan_import(plan, given.dry_run, [&](const json::Object& fault) {
                 const bool final = given.dry_run || !given.skip_invalid;
                 if (final) report.add(json::serialize(fault));
             }));
    const bool unfit = scan.invalid > 0 && (!given.skip_invalid || scan.broken);
    if (given.dry_run || unfit) {
        ROPE_DO(report.close());
        Answer answer = answer_of_scan(scan);
        if (!given.dry_run && !scan.broken) {
            answer.lines.push_back({"mend them, or leave them out with --skip-invalid",
                                    "请修正，或用 --skip-invalid 跳过"});
        }
        return answer;
    }
    std::unique_ptr<ImportJournal> journal;
    ROPE_DO(send_all(options, plan, scan, console, journal));
    ROPE_DO(journal->each_result([&](const std::string& line) { report.add(line); }));
    ROPE_DO(report.close());
    return answer_of_import(scan, *journal, plan);
}

void add_options(const Program& program, CLI::App* verb, ImportOptions& given) {
    verb->add_option("FILE", given.file,
                     program.in({"a table: .csv with a header row, or .ndjson",
                                 "带表头的 .csv，或 .ndjson"}))
        ->required();
    verb->add_option("--format", given.format, program.in({"csv or ndjson", "csv 或 ndjson"}))
        ->check(CLI::IsMember({"csv", "ndjson"}));
    verb->add_option("--map", given.mapping.maps,
                     program.in({"ARGUMENT=COLUMN; may be repeated. Arguments: sha256, file, text, "
                                 "size, media_type, commitment, attributed_to, fields.NAME",
                                 "参数=列名；可重复。参数：sha256、file、text、size、media_type、"
                                 "commitment、attributed_to、fields.NAME"}))
        ->allow_extra_args(false);
    verb->add_option("--set", given.mapping.sets,
                     program.in({"ARGUMENT=TEXT: the same for every line", "参数=文本：每行相同"}))
        ->allow_extra_args(false);
    verb->add_option("--mapping", given.mapping.file,
                     program.in({"a JSON file with both: {\"map\":{},\"set\":{}}",
                                 "含二者的 JSON 文件：{\"map\":{},\"set\":{}}"}));
    verb->add_flag("--dry-run", given.dry_run,
                   program.in({"check every line and send nothing", "检查每一行，不发送"}));
    verb->add_flag(
        "--skip-invalid", given.skip_invalid,
        program.in({"send the valid lines although some are invalid", "存在无效行时仍发送有效行"}));
    verb->add_option("--report", given.report,
                     program.in({"NDJSON: what became of each line", "NDJSON：每行的结果"}));
    verb->add_option("--journal", given.journal,
                     program.in({"where to note what was sent; default FILE.journal",
                                 "发送记录的位置；默认 FILE.journal"}));
}

}  // namespace

void add_evidence_import(Program& program, CLI::App* noun) {
    const auto given = std::make_shared<ImportOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "import",
         .what = {"Deposit every row of a table. Run it again after an interruption: it goes on.",
                  "存入表中每一行。中断后重新运行即可继续。"},
         .examples =
             "  ropenet evidence import deeds.csv --map file=path --map fields.title=name \\\n"
             "    --set media_type=application/pdf --as alice --dry-run\n"
             "  ropenet evidence import rows.ndjson --mapping map.json --as alice --report "
             "r.ndjson\n"},
        [given](const Options& options, const Console& console) {
            return run_import(options, *given, console);
        });
    add_options(program, verb, *given);
}

}  // namespace ropenet::cli
