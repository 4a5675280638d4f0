// rope: everything of a rope into one file, and a node out of such a file.
#include "ropenet/rope_verb.hpp"

#include "node/fast_verification.hpp"
#include "node/load_rope.hpp"
#include "ropenet/bundle_files.hpp"
#include "ropenet/export_file.hpp"
#include "ropenet/export_source.hpp"
#include "ropenet/temporary_folder.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
    std::string out;
    std::string format;
    std::optional<std::uint64_t> from_height;
    std::optional<std::uint64_t> to_height;
    bool offline = false;
};

struct LoadOptions {
    std::string file;
    std::string trust;
};

Expected<ExportFormat, Failure> format_of(const ExportOptions& given) {
    std::string name = given.format;
    if (name.empty()) name = fs::path{given.out}.extension().string();
    if (name == "cbor" || name == ".cbor") return ExportFormat::cbor;
    if (name == "ndjson" || name == ".ndjson" || name == ".jsonl") return ExportFormat::ndjson;
    return Unexpected{usage_failure({"say what " + given.out + " is to be: --format ndjson or cbor",
                                     "请指明 " + given.out + " 的格式：--format ndjson 或 cbor"})};
}

VerbResult run_export(const Options& options, const ExportOptions& given, const Console& console) {
    ROPE_TRY(const ExportFormat format, format_of(given));
    ROPE_TRY(const auto source, open_export_source(options, given.offline));
    std::uint64_t from = 0;
    std::optional<std::uint64_t> size;
    if (given.from_height && *given.from_height > 0) {
        ROPE_TRY(from, source->size_after(*given.from_height - 1));
    }
    if (given.to_height) {
        ROPE_TRY(size, source->size_after(*given.to_height));
    }
    ROPE_TRY(const auto writer, ExportWriter::create(given.out, format));
    ExportHeader header;
    std::uint64_t records = 0;
    Pace pace;
    ROPE_DO(source->read(from, size, [&](const ExportItem& item) -> Expected<void, Failure> {
        if (const auto* found = std::get_if<ExportHeader>(&item)) header = *found;
        if (std::holds_alternative<ExportLeaf>(item)) ++records;
        if (pace.due()) {
            const std::string n = std::to_string(records);
            const std::string all = std::to_string(header.size - header.from);
            console.say({n + " of " + all + " records", n + " / " + all + " 条记录"});
        }
        return writer->add(item);
    }));
    ROPE_DO(writer->finish());
    const std::string count = std::to_string(records);
    return Answer{
        .document = json::Object{{"origin", header.origin},
                                 {"from", header.from},
                                 {"size", header.size},
                                 {"records", records},
                                 {"bytes", writer->bytes()},
                                 {"out", given.out}},
        .lines = {{count + " records of " + header.origin + " in " + given.out,
                   header.origin + " 的 " + count + " 条记录已写入 " + given.out},
                  {"check it with: ropenet log verify --export " + given.out + " --trust POLICY",
                   "检验：ropenet log verify --export " + given.out + " --trust 策略文件"}}};
}

Failure not_loaded(const verify::ExportReport& report) {
    std::string why;
    for (const verify::Check& check : report.verdict.checks) {
        if (!check.ok && check.checked) why = check.detail;
    }
    return Failure{.exit = Exit::invalid_proof,
                   .code = "export.invalid",
                   .what = {"the export does not hold: " + why, "导出文件无效：" + why},
                   .next = {"`ropenet log verify --export` shows every check",
                            "`ropenet log verify --export` 列出全部检验项"},
                   .detail = {}};
}

/// An item of a file that was verified a moment ago.
node::NextExportItem items_of(ExportReader& reader) {
    return [&reader]() -> Result<std::optional<ExportItem>> {
        auto item = reader.next();
        if (!item) return fail(ErrorCode::invalid, item.error());
        return *std::move(item);
    };
}

Expected<node::LoadedRope, Failure> load_into(const fs::path& data, const std::string& file,
                                              const Console& console) {
    ROPE_TRY(const auto reader, ExportReader::open(file));
    const auto next = items_of(*reader);
    // A folder appears only when all of it is there.
    TemporaryFolder fresh{data.string() + "."};
    if (fresh.path().empty()) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::io, .what = "cannot make a folder beside " + data.string()})};
    }
    storage::PosixFileSystem files;
    NullLog log;
    Pace pace;
    const auto loaded = node::load_rope(
        {fresh.path()}, next,
        {.files = files, .log = log, .progress = [&](std::uint64_t done, std::uint64_t of) {
             if (!pace.due()) return;
             const std::string n = std::to_string(done) + " / " + std::to_string(of);
             console.say({n + " records executed", "已执行 " + n + " 条记录"});
         }});
    if (!loaded) return Unexpected{failure_of(loaded.error())};
    std::error_code error;
    fs::rename(fresh.path(), data, error);
    if (error) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::io, .what = data.string() + ": " + error.message()})};
    }
    fresh.release();
    return *loaded;
}

VerbResult run_load(const Options& options, const LoadOptions& given, const Console& console) {
    const fs::path data = fs::absolute(options.data_folder()).lexically_normal();
    std::error_code error;
    if (fs::exists(data, error) && !fs::is_empty(data, error)) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::exists, .what = data.string() + " holds something already"})};
    }
    std::optional<verify::TrustedPolicy> trust;
    if (!given.trust.empty()) {
        ROPE_TRY(const Bytes policy, read_input_file(given.trust, 1U << 20));
        trust = verify::TrustedPolicy{.text = std::string{text_of(policy)}};
    }
    ROPE_TRY(const verify::ExportReport report, judge_export_file(given.file, trust));
    const auto kind = report.verdict.kind;
    const bool established = kind == verify::VerdictKind::valid;
    if (kind == verify::VerdictKind::invalid || (trust && !established)) {
        return Unexpected{not_loaded(report)};
    }
    ROPE_TRY(const node::LoadedRope loaded, load_into(data, given.file, console));
    const std::string at = std::to_string(loaded.height);
    Answer answer{
        .document = json::Object{{"data", data.string()},
                                 {"origin", loaded.origin},
                                 {"height", loaded.height},
                                 {"log_size", loaded.log_size},
                                 {"transactions", loaded.tx_count},
                                 {"state_root", hex(loaded.state_root)},
                                 {"log_root", hex(loaded.log_root)},
                                 {"verdict", verify::code_of_verdict(kind)},
                                 {"read_only", true}},
        .lines = {{loaded.origin + ": executed to height " + at + ", every record as exported",
                   loaded.origin + "：已执行至高度 " + at + "，各记录与导出一致"},
                  {"read-only; serve it with `ropenet node start --data " + data.string() + "`",
                   "仅供读取；用 `ropenet node start --data " + data.string() + "` 启动"}}};
    if (!established) {
        answer.lines.push_back(
            {"origin not established: no --trust was given", "来源未确立：未提供 --trust"});
    }
    return answer;
}

void add_export(Program& program, CLI::App* noun) {
    const auto given = std::make_shared<ExportOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "export",
         .what = {"Write a whole rope, or a part of it, with its proofs.",
                  "导出整条账绳或其一部分，附证明。"},
         .examples = "  ropenet rope export --out register.ndjson\n"
                     "  ropenet rope export --out register.cbor --offline --data DIR\n"
                     "  ropenet rope export --out part.ndjson --from 1000 --to 1999\n"},
        [given](const Options& options, const Console& console) {
            return run_export(options, *given, console);
        });
    verb->add_option("--out", given->out, program.in({"a new file", "新文件"}))->required();
    verb->add_option("--format", given->format,
                     program.in({"ndjson or cbor; default from the file's name",
                                 "ndjson 或 cbor；默认取自文件名"}))
        ->check(CLI::IsMember({"ndjson", "cbor"}));
    verb->add_option("--from", given->from_height,
                     program.in({"first height; default: from genesis", "起始高度；默认自创世起"}));
    verb->add_option("--to", given->to_height,
                     program.in({"last height; default: up to the newest checkpoint",
                                 "截止高度；默认至最新签名树头"}));
    verb->add_flag("--offline", given->offline,
                   program.in({"from the data folder of a node that does not run",
                               "取自未运行节点的数据目录"}));
}

void add_load(Program& program, CLI::App* noun) {
    const auto given = std::make_shared<LoadOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "load",
         .what = {"Make a read-only node of an export: every block is executed again.",
                  "由导出文件建立只读节点：重新执行每个区块。"},
         .examples = "  ropenet rope load register.ndjson --data copy --trust policy.txt\n"
                     "  ropenet node start --data copy\n"},
        [given](const Options& options, const Console& console) {
            return run_load(options, *given, console);
        });
    verb->add_option("FILE", given->file,
                     program.in({"what `rope export` wrote, from genesis on",
                                 "`rope export` 所写、自创世起的文件"}))
        ->required();
    verb->add_option("--trust", given->trust,
                     program.in({"policy.txt, obtained independently", "另行取得的 policy.txt"}));
}

}  // namespace

Expected<verify::ExportReport, Failure> judge_export_file(
    const fs::path& path, const std::optional<verify::TrustedPolicy>& trust) {
    ROPE_TRY(const auto reader, ExportReader::open(path));
    const auto checked_by = node::find_fast_verification();
    if (!checked_by) return Unexpected{failure_of(checked_by.error())};
    verify::ExportReport report =
        verify::verify_export([&reader] { return reader->next(); }, trust, checked_by->table);
    // A disk that fails proves nothing about the export.
    if (reader->failure()) return Unexpected{*reader->failure()};
    return report;
}

VerbResult verify_export_file(const fs::path& path,
                              const std::optional<verify::TrustedPolicy>& trust) {
    ROPE_TRY(const verify::ExportReport report, judge_export_file(path, trust));
    Answer answer = answer_of_verdict(report.verdict);
    json::Object document = *answer.document.as_object();
    document.emplace_back("origin", report.origin);
    document.emplace_back("from", report.from);
    document.emplace_back("size", report.size);
    document.emplace_back("root", hex(report.root));
    document.emplace_back("height", report.height);
    document.emplace_back("transactions", report.tx_count);
    answer.document = std::move(document);
    const std::string first = std::to_string(report.from);
    const std::string end = std::to_string(report.size);
    const std::string txs = std::to_string(report.tx_count);
    answer.lines.insert(
        answer.lines.begin(),
        {report.origin + ": records " + first + " to " + end + ", " + txs + " transactions",
         report.origin + "：记录 " + first + " 至 " + end + "，" + txs + " 笔交易"});
    return answer;
}

void add_rope(Program& program) {
    CLI::App* noun = program.add_noun(
        {.name = "rope",
         .what = {"Export a whole rope, and load one.", "导出与载入整条账绳。"},
         .examples = "  ropenet rope export --out register.ndjson\n"
                     "  ropenet rope load register.ndjson --data copy --trust policy.txt\n"});
    add_export(program, noun);
    add_load(program, noun);
}

}  // namespace ropenet::cli
