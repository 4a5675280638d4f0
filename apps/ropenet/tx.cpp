// tx: send, show and list transactions.
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
        ROPE_TRY(const Bytes bytes, read_input_file(text.substr(1), 1U << 20));
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

struct ListOptions {
    std::string account;
    std::string contract;
    std::string action;
    std::string code;
    std::size_t limit = 30;
};

VerbResult run_list(const Options& options, const ListOptions& list) {
    ROPE_TRY(Session session, Session::open(options));
    std::string path = "/txs?limit=" + std::to_string(list.limit);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) path += "&" + std::string{name} + "=" + http::percent_encode(value);
    };
    add("account", list.account);
    add("contract", list.contract);
    add("action", list.action);
    add("code", list.code);
    ROPE_TRY(const json::Value page, session.get(path));
    Answer answer{.document = page, .lines = {}};
    const json::Value* txs = page.find("txs");
    if (txs == nullptr || txs->as_array() == nullptr) return answer;
    for (const json::Value& tx : *txs->as_array()) {
        const std::string line =
            text_at(tx, "tx_id").substr(0, 16) + "  " + std::to_string(uint_at(tx, "height")) +
            "  " + text_at(tx, "status") + "  " + text_at(tx, "contract") + "/" +
            text_at(tx, "action") + "  " + text_at(tx, "account_name") + "  " + text_at(tx, "rule");
        answer.lines.push_back({line, line});
    }
    return answer;
}

void add_list(Program& program, CLI::App* noun) {
    const auto list = std::make_shared<ListOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "list",
         .what = {"Recorded transactions, newest first.", "已记录的交易，最新在前。"},
         .examples = "  ropenet tx list --contract system.evidence --code 1\n"},
        [list](const Options& options, const Console&) { return run_list(options, *list); });
    verb->add_option("--account", list->account, "account id");
    verb->add_option("--contract", list->contract, "contract id");
    verb->add_option("--action", list->action, "action name");
    verb->add_option("--code", list->code, "0 applied, 1 refused, 2 out of gas, 3 trap");
    verb->add_option("--limit", list->limit, "1 to 100")->check(CLI::Range(1, 100));
}

}  // namespace

void add_tx(Program& program) {
    CLI::App* noun = program.add_noun(
        {.name = "tx",
         .what = {"Send, show and list transactions.", "发送、查看与列出交易。"},
         .examples = "  ropenet tx send system.evidence deposit --args @args.json --as alice\n"
                     "  ropenet tx show TX_ID\n"
                     "  ropenet tx list --json\n"});
    const auto send = std::make_shared<SendOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "send",
         .what = {"Sign, send and wait for the outcome. Bytes in JSON are {\"hex\": \"...\"}.",
                  "签名、发送并等待结果。JSON 中字节写作 {\"hex\": \"...\"}。"},
         .examples = "  ropenet tx send system.evidence attest --as office-a \\\n"
                     "    --args '{\"account\":\"a...\",\"sha256\":{\"hex\":\"...\"}}'\n"},
        [send](const Options& options, const Console&) { return run_send(options, *send); });
    verb->add_option("CONTRACT", send->contract, "contract id")->required();
    verb->add_option("ACTION", send->action, "action name")->required();
    verb->add_option("--args", send->args, "JSON, or @FILE");

    const auto tx_id = std::make_shared<std::string>();
    verb = program.add_verb(
        noun,
        {.name = "show",
         .what = {"What became of a transaction.", "交易的结果。"},
         .examples = "  ropenet tx show TX_ID --json\n"},
        [tx_id](const Options& options, const Console&) { return run_show(options, *tx_id); });
    verb->add_option("TX_ID", *tx_id, "64 hex digits")->required();
    add_list(program, noun);
}

}  // namespace ropenet::cli
