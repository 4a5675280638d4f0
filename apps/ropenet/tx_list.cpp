// tx list: recorded transactions, a page or all, for people, programs and spreadsheets.
#include "ropenet/tx_list.hpp"

#include <array>

#include "ropenet/csv.hpp"
#include "ropenet/session.hpp"
#include "ropenet/tx_answer.hpp"

namespace ropenet::cli {
namespace {

struct ListOptions {
    TxConditions conditions;
    std::string order = "desc";
    std::size_t limit = 30;
    bool all = false;
    bool csv = false;
};

std::string path_of(const ListOptions& list) {
    return "/txs?" + query_of(list.conditions) + "order=" + list.order;
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
        add(list.csv ? csv_row_of(tx) : tx_line(tx));
    if (!list.csv && !text_at(page, "next").empty()) {
        answer.lines.push_back(
            {"there are more: --limit or --all", "还有更多：用 --limit 或 --all"});
    }
    return answer;
}

}  // namespace

void add_conditions(Program& program, CLI::App* verb, TxConditions& conditions) {
    verb->add_option("--account", conditions.account, program.in({"account id", "账户标识"}));
    verb->add_option("--contract", conditions.contract, program.in({"contract id", "合约标识"}));
    verb->add_option("--action", conditions.action, program.in({"action name", "操作名"}));
    verb->add_option("--code", conditions.code,
                     program.in({"0 applied, 1 refused, 2 out of gas, 3 trap",
                                 "0 已执行，1 被拒绝，2 燃料耗尽，3 陷阱"}));
    verb->add_option("--from-ms", conditions.from_ms,
                     program.in({"block time at or after, in milliseconds of UTC",
                                 "不早于该区块时间（UTC 毫秒）"}));
    verb->add_option("--to-ms", conditions.to_ms,
                     program.in({"block time before", "早于该区块时间"}));
}

std::string query_of(const TxConditions& conditions) {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) query += std::string{name} + "=" + http::percent_encode(value) + "&";
    };
    add("account", conditions.account);
    add("contract", conditions.contract);
    add("action", conditions.action);
    add("code", conditions.code);
    add("from_ms", conditions.from_ms);
    add("to_ms", conditions.to_ms);
    return query;
}

std::string tx_line(const json::Value& tx) {
    const std::string rule = text_at(tx, "rule");
    return utc_text(uint_at(tx, "time_ms")) + "  " + text_at(tx, "status") + "  " +
           text_at(tx, "contract") + "/" + text_at(tx, "action") + "  " +
           text_at(tx, "account_name") + (rule.empty() ? rule : "  " + rule) + "  " +
           text_at(tx, "tx_id");
}

void add_tx_list(Program& program, CLI::App* noun) {
    const auto list = std::make_shared<ListOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "list",
         .what = {"Recorded transactions, newest first.", "已记录的交易，最新在前。"},
         .examples = "  ropenet tx list --contract system.evidence --code 1\n"
                     "  ropenet tx list --all --csv > transactions.csv\n"},
        [list](const Options& options, const Console&) { return run_list(options, *list); });
    add_conditions(program, verb, list->conditions);
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

}  // namespace ropenet::cli
