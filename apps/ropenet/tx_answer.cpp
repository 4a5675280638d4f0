#include "ropenet/tx_answer.hpp"

#include <array>
#include <ctime>

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

/// The status is part of the interface and stays English; this explains it.
std::string zh_of_status(std::string_view status) {
    if (status == "committed") return "（已上链）";
    if (status == "refused") return "（依规则拒绝，已留记录）";
    if (status == "rejected") return "（格式不符，未受理）";
    if (status == "pending") return "（等待出块）";
    if (status == "expired") return "（已过期）";
    return {};
}

/// What stands on a line before its value, in columns of a terminal.
Words labelled(const Words& label, const std::string& value) {
    constexpr std::size_t kColumns = 13;
    constexpr std::size_t kBytesOfCharacter = 3;  // every Chinese one here: three bytes, two wide
    const std::size_t zh_columns = label.zh.size() / kBytesOfCharacter * 2;
    return {label.en + std::string(kColumns - label.en.size(), ' ') + value,
            label.zh + std::string(kColumns - zh_columns, ' ') + value};
}

/// Our own rules name no law; a rule that has one names it.
Words basis_words(const std::string& basis) {
    if (basis == "ours") return {"this ledger's own rule", "本账本自定规则"};
    return {"basis: " + basis, "依据：" + basis};
}

void append_rule(Answer& answer, const json::Value& tx, const std::string& rule) {
    const json::Value none;
    const json::Value* found = tx.find("message");
    const json::Value& message = found == nullptr ? none : *found;
    const Words statement{text_at(message, "en"), text_at(message, "zh")};
    const Words basis = basis_words(text_at(message, "basis"));
    const Words pass = words_at(message, "would_pass");
    answer.lines.push_back(
        {labelled({"rule", "规则"}, rule + ": " + statement.en).en + " (" + basis.en + ")",
         labelled({"rule", "规则"}, rule + "：" + statement.zh).zh + "（" + basis.zh + "）"});
    if (pass.en.empty()) return;
    answer.lines.push_back({labelled({"would pass", "可行做法"}, pass.en).en,
                            labelled({"would pass", "可行做法"}, pass.zh).zh});
}

}  // namespace

std::string utc_text(std::uint64_t time_ms) {
    const auto seconds = static_cast<std::time_t>(time_ms / 1000);
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return {};
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

Answer answer_of_tx(const json::Value& tx) {
    const std::string status = text_at(tx, "status");
    Answer answer{.document = tx, .lines = {}, .exit = exit_of(status)};
    const auto line = [&](const Words& label, const std::string& value) {
        answer.lines.push_back(labelled(label, value));
    };
    line({"transaction", "交易"}, text_at(tx, "tx_id"));
    const Words words = labelled({"status", "状态"}, status);
    answer.lines.push_back({words.en, words.zh + zh_of_status(status)});
    if (status == "committed" || status == "refused") {
        line({"height", "高度"}, std::to_string(uint_at(tx, "height")));
        line({"log index", "日志序号"}, std::to_string(uint_at(tx, "index")));
        line({"time", "时间"}, utc_text(uint_at(tx, "time_ms")));
    }
    const std::string contract = text_at(tx, "contract");
    if (!contract.empty()) line({"action", "操作"}, contract + "/" + text_at(tx, "action"));
    const std::string account = text_at(tx, "account");
    if (!account.empty()) line({"account", "账户"}, account + "  " + text_at(tx, "account_name"));
    const std::string rule = text_at(tx, "rule");
    if (!rule.empty()) append_rule(answer, tx, rule);
    return answer;
}

}  // namespace ropenet::cli
