// log: verify a whole log, from a folder or from the node that serves it.
#include <filesystem>

#include "ropenet/bundle_files.hpp"
#include "ropenet/export_file.hpp"
#include "ropenet/rope_verb.hpp"
#include "ropenet/session.hpp"
#include "ropenet/verbs.hpp"
#include "verify/verify_log.hpp"

namespace ropenet::cli {
namespace {

constexpr unsigned kOk = 200;

struct VerifyOptions {
    std::string dir;
    std::string export_file;
    std::string trust;
};

Answer answer_of_report(const verify::LogReport& report) {
    Answer answer = answer_of_verdict(report.verdict);
    json::Object document = *answer.document.as_object();
    document.emplace_back("origin", report.origin);
    document.emplace_back("size", report.size);
    document.emplace_back("root", hex(report.root));
    document.emplace_back("height", report.height);
    document.emplace_back("transactions", report.tx_count);
    answer.document = std::move(document);
    const std::string size = std::to_string(report.size);
    const std::string txs = std::to_string(report.tx_count);
    answer.lines.insert(answer.lines.begin(), {report.origin + ": " + size + " records, " + txs +
                                                   " transactions, root " + hex(report.root),
                                               report.origin + "：" + size + " 条记录，" + txs +
                                                   " 笔交易，根 " + hex(report.root)});
    return answer;
}

/// A folder with neither a checkpoint nor a tile is no log; one with either is judged.
Expected<void, Failure> expect_log_folder(const std::filesystem::path& dir) {
    std::error_code ignored;
    if (std::filesystem::exists(dir / "checkpoint", ignored) ||
        std::filesystem::exists(dir / "tile", ignored)) {
        return {};
    }
    const bool there = std::filesystem::exists(dir, ignored);
    const std::string path = dir.string();
    return Unexpected{
        Failure{.exit = there ? Exit::bad_data : Exit::not_found,
                .code = there ? "not_a_log" : "not_found",
                .what = there ? Words{path + " holds no checkpoint and no tile: it is not a log",
                                      path + " 中没有签名树头和块文件，不是日志目录"}
                              : Words{path + " does not exist", path + " 不存在"},
                .next = {"name a folder like DATA/ropes/register/log",
                         "请指定形如 DATA/ropes/register/log 的目录"},
                .detail = {}}};
}

VerbResult run_verify(const Options& options, const VerifyOptions& given) {
    std::optional<verify::TrustedPolicy> trust;
    if (!given.trust.empty()) {
        ROPE_TRY(const Bytes policy, read_input_file(given.trust, 1U << 20));
        trust = verify::TrustedPolicy{.text = std::string{text_of(policy)}};
    }
    if (!given.dir.empty() && !given.export_file.empty()) {
        return Unexpected{
            usage_failure({"--dir or --export, one of them", "--dir 与 --export 二者择一"})};
    }
    if (!given.export_file.empty()) return verify_export_file(given.export_file, trust);
    if (!given.dir.empty()) {
        const std::filesystem::path dir{given.dir};
        ROPE_DO(expect_log_folder(dir));
        return answer_of_report(verify::verify_log(
            [&dir](std::string_view path) -> std::optional<Bytes> {
                auto bytes = read_input_file(dir / path);
                return bytes ? std::optional{*std::move(bytes)} : std::nullopt;
            },
            trust));
    }
    ROPE_TRY(Session session, Session::open(options));
    std::optional<Failure> lost;  // a node that went away proves nothing about its log
    const verify::LogReport report = verify::verify_log(
        [&](std::string_view path) -> std::optional<Bytes> {
            const auto response = session.get_raw(session.rope_path("/log/" + std::string{path}));
            if (!response) lost = response.error();
            if (!response || response->status != kOk) return std::nullopt;
            return to_bytes(response->body_view());
        },
        trust);
    if (lost) return Unexpected{*lost};
    return answer_of_report(report);
}

}  // namespace

void add_log(Program& program) {
    CLI::App* noun = program.add_noun({.name = "log",
                                       .what = {"Check a rope's log.", "检验账绳日志。"},
                                       .examples = "  ropenet log verify --trust policy.txt\n"});
    const auto given = std::make_shared<VerifyOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "verify",
         .what = {"Recompute every tile and root, decode every record.",
                  "重算全部块文件与根，解码全部记录。"},
         .examples = "  ropenet log verify --dir DATA/ropes/register/log --trust policy.txt\n"
                     "  ropenet log verify --export register.ndjson --trust policy.txt\n"
                     "  ropenet log verify --http 127.0.0.1:8480 --json\n"},
        [given](const Options& options, const Console&) { return run_verify(options, *given); });
    verb->add_option("--dir", given->dir,
                     program.in({"a log folder; default: what the node serves",
                                 "日志目录；默认取节点所提供的日志"}));
    verb->add_option("--export", given->export_file,
                     program.in({"a file that `rope export` made: its log, and every transaction "
                                 "and outcome in it",
                                 "由 `rope export` 生成的文件：检验其日志及全部交易与结果"}));
    verb->add_option("--trust", given->trust,
                     program.in({"policy.txt, obtained independently", "另行取得的 policy.txt"}));
}

}  // namespace ropenet::cli
