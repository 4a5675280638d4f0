// evidence: deposit a file's hash, export its bundle, verify a bundle offline.
#include <filesystem>
#include <map>

#include "ropenet/bundle_files.hpp"
#include "ropenet/deposit.hpp"
#include "ropenet/fetch_bundle.hpp"
#include "ropenet/session.hpp"
#include "ropenet/timestamp_facts.hpp"
#include "ropenet/tx_answer.hpp"
#include "ropenet/verbs.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::cli {
namespace {

struct DepositOptions {
    std::string file;
    std::string media_type = "application/octet-stream";
    std::string attributed_to;
    std::vector<std::string> fields;
};

constexpr const char* kAttributedTo = "attributed_to";

Failure given_twice(const std::string& name) {
    return usage_failure({"the field " + name + " is given twice", "字段 " + name + " 重复"});
}

Expected<std::map<std::string, std::string>, Failure> fields_of(const DepositOptions& deposit) {
    std::map<std::string, std::string> out;
    for (const std::string& field : deposit.fields) {
        const auto equals = field.find('=');
        if (equals == std::string::npos || equals == 0) {
            return Unexpected{usage_failure(
                {"--field takes NAME=TEXT: " + field, "--field 的形式为 NAME=TEXT：" + field})};
        }
        const std::string name = field.substr(0, equals);
        if (!out.emplace(name, field.substr(equals + 1)).second) {
            return Unexpected{given_twice(name)};
        }
    }
    if (!deposit.attributed_to.empty()) {
        if (!out.emplace(kAttributedTo, deposit.attributed_to).second) {
            return Unexpected{given_twice(kAttributedTo)};
        }
    }
    return out;
}

VerbResult run_deposit(const Options& options, const DepositOptions& deposit) {
    ROPE_TRY(auto fields, fields_of(deposit));
    ROPE_TRY(const FileFacts facts, facts_of_file(deposit.file));
    const Action action = action_of({.sha256 = facts.sha256,
                                     .media_type = deposit.media_type,
                                     .size = facts.size,
                                     .fields = std::move(fields),
                                     .commitment = std::nullopt});
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const Signatory who, session.signatory(options));
    ROPE_TRY(const json::Value tx, session.send(who, action));
    Answer answer = answer_of_tx(tx);
    json::Object document = *tx.as_object();
    const std::string sha256 = hex(facts.sha256);
    document.emplace_back("sha256", sha256);
    answer.document = std::move(document);
    answer.lines.push_back({"sha256       " + sha256, "SHA-256      " + sha256});
    if (answer.exit == Exit::ok) {
        answer.lines.push_back(
            {"next         ropenet evidence export " + text_at(tx, "tx_id") + " --out DIR",
             "下一步       ropenet evidence export " + text_at(tx, "tx_id") + " --out DIR"});
    }
    return answer;
}

struct ExportOptions {
    std::string tx_id;
    std::string out;
    std::string state;
    bool no_timestamp = false;
};

VerbResult run_export(const Options& options, const ExportOptions& what, const Console& console) {
    const auto& [tx_id, out, state, no_timestamp] = what;
    ROPE_TRY(Session session, Session::open(options));
    bool told = false;
    const auto on_wait = [&] {
        if (!told) console.say({"waiting for a checkpoint ...", "等待签名树头……"});
        told = true;
    };
    ROPE_TRY(const BundleFiles files,
             fetch_bundle(
                 session,
                 {.tx_id = tx_id, .state = state, .timestamp = !no_timestamp, .on_wait = on_wait}));
    ROPE_DO(write_bundle(out, files));
    Answer answer{
        .document =
            json::Object{
                {"tx_id", tx_id}, {"out", out}, {"files", files.size()}, {"demo", session.demo()}},
        .lines = {{"wrote " + std::to_string(files.size()) + " files to " + out,
                   "已将 " + std::to_string(files.size()) + " 个文件写入 " + out},
                  {"verify with: ropenet evidence verify " + out +
                       " --trust POLICY (or by hand: " + out + "/README.txt)",
                   "验证：ropenet evidence verify " + out + " --trust 策略文件（手工方法见 " + out +
                       "/README.txt）"}}};
    if (session.demo()) answer.lines.push_back({std::string{kDemoMark}, std::string{kDemoMark}});
    return answer;
}

struct VerifyOptions {
    std::string bundle;
    std::string trust;
    std::string tsa_ca;
};

VerbResult run_verify(const VerifyOptions& verify) {
    const auto& [path, trust_path, tsa_path] = verify;
    ROPE_TRY(const BundleFiles files, read_bundle(path));
    std::optional<verify::TrustedPolicy> trust;
    if (!trust_path.empty()) {
        ROPE_TRY(const Bytes policy, read_input_file(trust_path, 1U << 20));
        trust = verify::TrustedPolicy{.text = std::string{text_of(policy)}};
    }
    std::optional<verify::TrustedTsa> tsa;
    if (!tsa_path.empty()) {
        ROPE_TRY(std::string pem, read_ca(tsa_path));
        tsa = verify::TrustedTsa{.ca_pem = std::move(pem)};
    }
    verify::VerifierCache cache;
    return answer_of_verdict(verify::verify_bundle(files, trust, cache, tsa));
}

void add_deposit(Program& program, CLI::App* noun) {
    const auto deposit = std::make_shared<DepositOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "deposit",
         .what = {"Deposit the SHA-256 of a file; the file itself stays with you.",
                  "存入文件的 SHA-256；文件本身不上传。"},
         .examples =
             "  ropenet evidence deposit contract.pdf --media-type application/pdf --as alice\n"
             "  ropenet evidence deposit notice.txt --field title=Notice --key me.pem\n"},
        [deposit](const Options& options, const Console&) {
            return run_deposit(options, *deposit);
        });
    verb->add_option("FILE", deposit->file, program.in({"what to hash", "要取哈希的文件"}))
        ->required();
    verb->add_option("--media-type", deposit->media_type,
                     program.in({"RFC 6838 media type", "RFC 6838 媒体类型"}));
    verb->add_option("--attributed-to", deposit->attributed_to,
                     program.in({"bodies the content speaks for", "内容的署名机关"}));
    verb->add_option(
        "--field", deposit->fields,
        program.in({"a public field NAME=TEXT; may be repeated", "公开字段 NAME=TEXT；可重复"}));
}

}  // namespace

void add_evidence(Program& program) {
    CLI::App* noun = program.add_noun(
        {.name = "evidence",
         .what = {"Deposit content, export and verify evidence.", "存证、导出与验证证据。"},
         .examples = "  ropenet evidence deposit FILE --as alice\n"
                     "  ropenet evidence import TABLE.csv --as alice --dry-run\n"
                     "  ropenet evidence export TX_ID --out DIR\n"
                     "  ropenet evidence verify DIR --trust policy.txt\n"});
    add_deposit(program, noun);
    add_evidence_import(program, noun);
    const auto out = std::make_shared<ExportOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "export",
         .what = {"Write the evidence bundle of a transaction; waits for a checkpoint.",
                  "导出交易的证据包；会等待签名树头。"},
         .examples =
             "  ropenet evidence export TX_ID --out bundle\n"
             "  ropenet evidence export TX_ID --out bundle --state system.accounts/a/ACCOUNT\n"},
        [out](const Options& options, const Console& console) {
            return run_export(options, *out, console);
        });
    verb->add_option("TX_ID", out->tx_id, program.in({"64 hex digits", "64 位十六进制"}))
        ->required();
    verb->add_option("--out", out->out, program.in({"a new folder", "新目录"}))->required();
    verb->add_option("--state", out->state,
                     program.in({"CONTRACT/KEY: also prove that state value",
                                 "CONTRACT/KEY：同时证明该状态值"}));

    verb->add_flag("--no-timestamp", out->no_timestamp,
                   program.in({"without the token of the node's timestamp authority",
                               "不含节点时间戳机构的令牌"}));

    const auto in = std::make_shared<VerifyOptions>();
    verb = program.add_verb(
        noun,
        {.name = "verify",
         .what = {"Verify a bundle offline. Take the policy from elsewhere, not from the bundle.",
                  "离线验证证据包。策略须另行取得，不取自包内。"},
         .examples = "  ropenet evidence verify bundle --trust policy.txt\n"
                     "  ropenet evidence verify bundle --trust policy.txt --tsa-ca ca.pem\n"
                     "  ropenet evidence verify bundle.tar --json\n"},
        [in](const Options&, const Console&) { return run_verify(*in); });
    verb->add_option("BUNDLE", in->bundle, program.in({"a folder or a .tar", "目录或 .tar 文件"}))
        ->required();
    verb->add_option("--trust", in->trust,
                     program.in({"policy.txt, obtained independently", "另行取得的 policy.txt"}));
    verb->add_option("--tsa-ca", in->tsa_ca,
                     program.in({"CA of a timestamp authority, obtained independently",
                                 "另行取得的时间戳机构 CA"}));
}

}  // namespace ropenet::cli
