#include "ropenet/tx_answer.hpp"

#include "ropenet/session.hpp"

namespace ropenet::cli {
namespace {

Exit exit_of(const std::string& status) {
    if (status == "committed") return Exit::ok;
    if (status == "refused" || status == "rejected") return Exit::refused;
    return Exit::unknown_outcome;
}

Words words_at(const json::Value& object, std::string_view key) {
    const json::Value* value = object.find(key);
    if (value == nullptr) return {};
    return {text_at(*value, "en"), text_at(*value, "zh")};
}

}  // namespace

Answer answer_of_tx(const json::Value& tx) {
    const std::string status = text_at(tx, "status");
    Answer answer{.document = tx, .lines = {}, .exit = exit_of(status)};
    const auto line = [&](const std::string& en, const std::string& zh, const std::string& value) {
        answer.lines.push_back({en + value, zh + value});
    };
    line("transaction  ", "交易  ", text_at(tx, "tx_id"));
    line("status       ", "状态  ", status);
    if (status == "committed" || status == "refused") {
        line("height       ", "高度  ", std::to_string(uint_at(tx, "height")));
        line("log index    ", "日志序号  ", std::to_string(uint_at(tx, "index")));
    }
    const std::string rule = text_at(tx, "rule");
    if (rule.empty()) return answer;
    const json::Value* message = tx.find("message");
    const Words statement = words_at(tx, "message");
    const Words pass = message == nullptr ? Words{} : words_at(*message, "would_pass");
    const std::string basis = message == nullptr ? std::string{} : text_at(*message, "basis");
    answer.lines.push_back(
        {"rule         " + rule + ": " + statement.en + " (basis: " + basis + ")",
         "规则  " + rule + "：" + statement.zh + "（依据：" + basis + "）"});
    if (!pass.en.empty())
        answer.lines.push_back({"would pass   " + pass.en, "可行做法  " + pass.zh});
    return answer;
}

}  // namespace ropenet::cli
