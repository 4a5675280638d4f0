// tx: send, show and list transactions.
#include <array>

#include "ropenet/csv.hpp"
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

struct ListOptions {
    std::string account;
    std::string contract;
    std::string action;
    std::string code;
    std::string from_ms;
    std::string to_ms;
    std::string order = "desc";
    std::size_t limit = 30;
    bool all = false;
    bool csv = false;
};

std::string path_of(const ListOptions& list) {
    std::string path = "/txs?order=" + list.order;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) path += "&" + std::string{name} + "=" + http::percent_encode(value);
    };
    add("account", list.account);
    add("contract", list.contract);
    add("action", list.action);
    add("code", list.code);
    add("from_ms", list.from_ms);
    add("to_ms", list.to_ms);
    return path;
}

/// One page, or all of them as of the height of the first; the form is that of the API.
Expected<json::Value, Failure> list_of(Session& session, const ListOptions& list) {
    if (!list.all) return session.get(path_of(list) + "&limit=" + std::to_string(list.limit));
    json::Array txs;
    ROPE_TRY(const std::uint64_t height,
             session.each(path_of(list), "txs", [&](const json::Value& tx) { txs.push_back(tx); }));
    return json::Value{json::Object{{"rope", session.rope()},
                                    {"height", height},
                                    {"txs", json::Value{std::move(txs)}},
                                    {"next", json::Value{}}}};
}

std::string csv_row_of(const json::Value& tx) {
    constexpr std::array kColumns{"tx_id",   "status",   "height", "index",   "code",        "rule",
                                  "time_ms", "contract", "action", "account", "account_name"};
    std::vector<std::string> cells;
    for (const char* column : kColumns) {
        const json::Value* value = tx.find(column);
        if (tx.is_null())
            cells.emplace_back(column);
        else if (value == nullptr || value->is_null())
            cells.emplace_back();
        else
            cells.push_back(value->as_string() != nullptr ? *value->as_string()
                                                          : json::serialize(*value));
    }
    return csv_row(cells) + "\r";  // the line end adds the rest
}

std::string line_of(const json::Value& tx) {
    const std::string rule = text_at(tx, "rule");
    return utc_text(uint_at(tx, "time_ms")) + "  " + text_at(tx, "status") + "  " +
           text_at(tx, "contract") + "/" + text_at(tx, "action") + "  " +
           text_at(tx, "account_name") + (rule.empty() ? rule : "  " + rule) + "  " +
           text_at(tx, "tx_id");
}

VerbResult run_list(const Options& options, const ListOptions& list) {
    if (list.csv && options.json) {
        return Unexpected{
            usage_failure({"--csv or --json, one of them", "--csv 与 --json 二者择一"})};
    }
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(json::Value page, list_of(session, list));
    Answer answer{.document = page, .lines = {}};
    const json::Value* txs = page.find("txs");
    if (txs == nullptr || txs->as_array() == nullptr) return answer;
    const auto add = [&](const std::string& line) { answer.lines.push_back({line, line}); };
    if (list.csv) add(csv_row_of({}));
    for (const json::Value& tx : *txs->as_array())
        add(list.csv ? csv_row_of(tx) : line_of(tx));
    if (!list.csv && !text_at(page, "next").empty()) {
        answer.lines.push_back(
            {"there are more: --limit or --all", "还有更多：用 --limit 或 --all"});
    }
    return answer;
}

void add_list(Program& program, CLI::App* noun) {
    const auto list = std::make_shared<ListOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "list",
         .what = {"Recorded transactions, newest first.", "已记录的交易，最新在前。"},
         .examples = "  ropenet tx list --contract system.evidence --code 1\n"
                     "  ropenet tx list --all --csv > transactions.csv\n"},
        [list](const Options& options, const Console&) { return run_list(options, *list); });
    verb->add_option("--account", list->account, program.in({"account id", "账户标识"}));
    verb->add_option("--contract", list->contract, program.in({"contract id", "合约标识"}));
    verb->add_option("--action", list->action, program.in({"action name", "操作名"}));
    verb->add_option("--code", list->code,
                     program.in({"0 applied, 1 refused, 2 out of gas, 3 trap",
                                 "0 已执行，1 被拒绝，2 燃料耗尽，3 陷阱"}));
    verb->add_option("--from-ms", list->from_ms,
                     program.in({"block time at or after, in milliseconds of UTC",
                                 "不早于该区块时间（UTC 毫秒）"}));
    verb->add_option("--to-ms", list->to_ms, program.in({"block time before", "早于该区块时间"}));
    verb->add_option("--order", list->order, program.in({"desc or asc", "desc 或 asc"}))
        ->check(CLI::IsMember({"desc", "asc"}));
    verb->add_flag("--all", list->all,
                   program.in({"all pages, at one height", "同一高度下的全部页"}));
    verb->add_flag("--csv", list->csv,
                   program.in({"a table for spreadsheets", "供电子表格使用的表"}));
    verb->add_option("--limit", list->limit, program.in({"1 to 100", "1 至 100"}))
        ->check(CLI::Range(1, 100))
        ->option_text("N");
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
    add_list(program, noun);
}

}  // namespace ropenet::cli
