// tx: send and show transactions.
#include "ropenet/json_args.hpp"
#include "ropenet/session.hpp"
#include "ropenet/tx_answer.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

struct SendOptions {
    std::string contract;
    std::string action;
    std::string args = "{}";
};

VerbResult run_send(const Options& options, const SendOptions& send) {
    std::string text = send.args;
    if (text.starts_with('@')) {
        constexpr std::size_t kArgsBytesMax = 1U << 20;
        const std::string file = text.substr(1);
        ROPE_TRY(const Bytes bytes, file == "-" ? read_standard_input(kArgsBytesMax)
                                                : read_input_file(file, kArgsBytesMax));
        text = text_of(bytes);
    }
    ROPE_TRY(cbor::Value args, args_from_json(text));
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const Signatory who, session.signatory(options));
    ROPE_TRY(const json::Value tx,
             session.send(
                 who, {.contract = send.contract, .action = send.action, .args = std::move(args)}));
    return answer_of_tx(tx);
}

VerbResult run_show(const Options& options, const std::string& tx_id) {
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const json::Value tx, session.get("/txs/" + http::percent_encode(tx_id)));
    Answer answer = answer_of_tx(tx);
    answer.exit = Exit::ok;  // showing a refusal is no failure
    return answer;
}

}  // namespace

void add_tx(Program& program) {
    CLI::App* noun = program.add_noun(
        {.name = "tx",
         .what = {"Send, show, list and watch transactions.", "发送、查看、列出与订阅交易。"},
         .examples = "  ropenet tx send system.evidence deposit --args @args.json --as alice\n"
                     "  ropenet tx show TX_ID\n"
                     "  ropenet tx list --json\n"
                     "  ropenet tx watch\n"});
    const auto send = std::make_shared<SendOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "send",
         .what = {"Sign, send and wait for the outcome. Bytes in JSON are {\"hex\": \"...\"}.",
                  "签名、发送并等待结果。JSON 中字节写作 {\"hex\": \"...\"}。"},
         .examples = "  ropenet tx send system.evidence attest --as office-a \\\n"
                     "    --args '{\"account\":\"a...\",\"sha256\":{\"hex\":\"...\"}}'\n"},
        [send](const Options& options, const Console&) { return run_send(options, *send); });
    verb->add_option("CONTRACT", send->contract, program.in({"contract id", "合约标识"}))
        ->required();
    verb->add_option("ACTION", send->action, program.in({"action name", "操作名"}))->required();
    verb->add_option("--args", send->args,
                     program.in({"JSON, or @FILE; @- reads standard input",
                                 "JSON，或 @FILE（@- 表示标准输入）"}));

    const auto tx_id = std::make_shared<std::string>();
    verb = program.add_verb(
        noun,
        {.name = "show",
         .what = {"What became of a transaction.", "交易的结果。"},
         .examples = "  ropenet tx show TX_ID --json\n"},
        [tx_id](const Options& options, const Console&) { return run_show(options, *tx_id); });
    verb->add_option("TX_ID", *tx_id, program.in({"64 hex digits", "64 位十六进制"}))->required();
    add_tx_list(program, noun);
    add_tx_watch(program, noun);
}

}  // namespace ropenet::cli
