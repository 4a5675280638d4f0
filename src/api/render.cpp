#include "api/render.hpp"

#include "api/problem.hpp"
#include "codec/cbor.hpp"
#include "system/accounts.hpp"
#include "system/rules.hpp"

namespace ropenet::api {
namespace {

using admission::TxAnswer;
using admission::TxStatus;

json::Object words(std::string_view en, std::string_view zh) {
    return {{"en", en}, {"zh", zh}};
}

json::Object outcome_words(const Outcome& outcome) {
    switch (outcome.code) {
        case OutcomeCode::applied:
            return words("applied", "已执行");
        case OutcomeCode::out_of_gas:
            return words("out of gas", "计算量超限");
        case OutcomeCode::trap:
            return words("the contract stopped itself", "合约异常中止");
        case OutcomeCode::refused:
            break;
    }
    const system::Rule* rule = system::find_rule(outcome.rule);
    if (rule == nullptr) return words(outcome.rule, outcome.rule);
    json::Object out = words(rule->statement_en, rule->statement_zh);
    out.emplace_back("basis", rule->basis);
    out.emplace_back("would_pass", words(rule->would_pass_en, rule->would_pass_zh));
    return out;
}

json::Object message_of(const TxAnswer& answer) {
    if (answer.recorded) return outcome_words(answer.recorded->outcome);
    if (answer.error) {
        const ProblemText text = problem_of(*answer.error);
        return words(text.title_en, text.title_zh);
    }
    if (answer.status == TxStatus::pending) return words("waits for its block", "等待入块");
    return words("not known here", "此处未知");
}

json::Value texts_of(const std::map<std::string, std::string>& items) {
    json::Object out;
    for (const auto& [key, value] : items)
        out.emplace_back(key, value);
    return json::Value{std::move(out)};
}

json::Value events_of(const std::vector<Event>& events) {
    json::Array out;
    for (const Event& event : events) {
        out.emplace_back(
            json::Object{{"name", event.name}, {"attributes", texts_of(event.attributes)}});
    }
    return json::Value{std::move(out)};
}

struct BodyFields {
    json::Object& out;

    void coded(std::string_view id_name, const Hash32& id, std::uint8_t code,
               const Hash32& digest) const {
        out.emplace_back(std::string{id_name}, hex(id));
        out.emplace_back("code", code);
        out.emplace_back("outcome_digest", hex(digest));
    }
    void operator()(const TxRecord& body) const {
        out.emplace_back("kind", "tx");
        coded("tx_id", body.tx_id, body.code, body.outcome_digest);
    }
    void operator()(const DueRecord& body) const {
        out.emplace_back("kind", "due");
        coded("due_id", body.due_id, body.code, body.outcome_digest);
    }
    void operator()(const BlockRecord& body) const {
        out.emplace_back("kind", "block");
        out.emplace_back("state_root", hex(body.state_root));
        out.emplace_back("record_count", body.record_count);
        if (body.genesis_digest) out.emplace_back("genesis_digest", hex(*body.genesis_digest));
    }
    void operator()(const PolicyRecord& body) const {
        out.emplace_back("kind", "policy");
        out.emplace_back("policy_digest", hex(body.policy_digest));
        out.emplace_back("previous_digest", hex(body.previous_digest));
        out.emplace_back("keys_digest", hex(body.keys_digest));
    }
};

}  // namespace

json::Object tx_object(const TxAnswer& answer) {
    const auto& recorded = answer.recorded;
    const bool ruled = recorded && !recorded->outcome.rule.empty();
    json::Object out;
    out.emplace_back("tx_id", answer.tx_id ? json::Value{hex(*answer.tx_id)} : json::Value{});
    out.emplace_back("status", name_of(answer.status));
    out.emplace_back("height", recorded ? json::Value{recorded->height} : json::Value{});
    out.emplace_back("index", recorded ? json::Value{recorded->index} : json::Value{});
    out.emplace_back("code", recorded ? json::Value{static_cast<unsigned>(recorded->outcome.code)}
                                      : json::Value{});
    out.emplace_back("rule", ruled ? json::Value{recorded->outcome.rule} : json::Value{});
    out.emplace_back("message", message_of(answer));
    out.emplace_back("time_ms", recorded ? json::Value{recorded->time_ms} : json::Value{});
    out.emplace_back("duplicate", answer.duplicate);
    return out;
}

json::Object batch_object(const admission::Submitted& submitted) {
    if (!submitted) {
        const std::string_view code = name_of(submitted.error());
        const ProblemText* text = find_problem(code);
        json::Object out{{"tx_id", nullptr}, {"status", "unknown"}, {"problem", code}};
        if (text != nullptr) out.emplace_back("message", words(text->title_en, text->title_zh));
        return out;
    }
    json::Object out = tx_object(*submitted);
    if (submitted->error) out.emplace_back("problem", problem_of(*submitted->error).code);
    return out;
}

json::Object tx_details(const ledger::TxEntry& entry) {
    const auto args = cbor::decode_value(entry.tx.args);
    return {{"contract", entry.tx.contract},
            {"action", entry.tx.action},
            {"account", entry.tx.account.text()},
            {"args", args ? json_of(*args) : json::Value{}},
            {"events", events_of(entry.outcome.events)},
            {"gas_used", entry.outcome.gas_used},
            {"expires_at_ms", entry.tx.expires_at_ms}};
}

json::Object tx_row(const ledger::TxSummary& summary) {
    json::Object out = tx_object(admission::answer_of(summary.tx_id,
                                                      {.height = summary.at.height,
                                                       .index = summary.at.index,
                                                       .time_ms = summary.time_ms,
                                                       .outcome = summary.outcome},
                                                      false));
    out.pop_back();  // `duplicate` is about a submission
    out.emplace_back("contract", summary.contract);
    out.emplace_back("action", summary.action);
    out.emplace_back("account", summary.account.text());
    return out;
}

json::Value json_of(const cbor::Value& value) {
    if (const auto* number = value.as_uint()) return json::Value{*number};
    if (const auto* number = value.as_negative()) return json::Value{*number};
    if (const auto* flag = value.as_bool()) return json::Value{*flag};
    if (const auto* bytes = value.as_bytes()) return json::Value{hex(*bytes)};
    if (const auto* text = value.as_text()) return json::Value{*text};
    if (const auto* items = value.as_array()) {
        json::Array out;
        for (const auto& item : *items)
            out.push_back(json_of(item));
        return json::Value{std::move(out)};
    }
    if (const auto* map = value.as_map()) {
        json::Object out;
        for (const auto& [key, item] : *map) {
            const auto* name = key.as_text();
            out.emplace_back(name == nullptr ? json::serialize(json_of(key)) : *name,
                             json_of(item));
        }
        return json::Value{std::move(out)};
    }
    return {};
}

json::Object json_of(const Record& record) {
    json::Object out{{"origin", record.origin},
                     {"height", record.height},
                     {"index", record.index},
                     {"time_ms", record.time_ms}};
    std::visit(BodyFields{out}, record.body);
    return out;
}

std::string account_name(const state::Reader& state, const AccountId& account) {
    const auto found = system::find_account(state, account);
    return found && *found ? (*found)->args.name : std::string{};
}

const std::string& AccountNames::of(const AccountId& account) {
    const auto it = names_.find(account);
    if (it != names_.end()) return it->second;
    return names_.emplace(account, account_name(state_, account)).first->second;
}

}  // namespace ropenet::api
