#include "ropenet/policy_stats.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "ropenet/policy_data.hpp"
#include "ropenet/policy_filter.hpp"

namespace ropenet::cli {
namespace {

const std::string kNone;

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto space = text.find(' ');
        if (space != 0) out.emplace_back(text.substr(0, space));
        if (space == std::string_view::npos) break;
        text.remove_prefix(space + 1);
    }
    return out;
}

/// The tables, and what must be looked up across them.
class Counter {
  public:
    explicit Counter(const Register& entries) : entries_{entries} {
        for (const RegisterRow& issuer : rows(kIssuers)) {
            level_of_.emplace(issuer.field("issuer_id"), issuer.field("level"));
        }
    }

    const std::vector<RegisterRow>& rows(std::string_view table) const {
        static const std::vector<RegisterRow> kEmpty;
        const auto it = entries_.tables.find(std::string{table});
        return it == entries_.tables.end() ? kEmpty : it->second;
    }

    std::vector<const RegisterRow*> select(std::string_view table,
                                           const std::vector<Condition>& conditions) const {
        std::vector<const RegisterRow*> out;
        for (const RegisterRow& row : rows(table)) {
            const auto values = [&](const std::string& field) { return values_of(row, field); };
            if (passes(conditions, values)) out.push_back(&row);
        }
        return out;
    }

    /// `year`, `issuer` and `level` are derived; every other field is the row's own.
    std::vector<std::string> values_of(const RegisterRow& row, const std::string& field) const {
        if (field == "year") return {row.field("date").substr(0, 4)};
        if (field == "issuer") return words_of(row.field("issuer_ids"));
        if (field == "level" && !row.field("issuer_ids").empty()) {
            // The first issuer is the one that counts.
            const auto it = level_of_.find(words_of(row.field("issuer_ids")).front());
            return {it == level_of_.end() ? kNone : it->second};
        }
        return {row.field(field)};
    }

  private:
    const Register& entries_;
    std::map<std::string, std::string> level_of_;
};

std::vector<std::string> transactions_of(const std::vector<const RegisterRow*>& rows) {
    std::vector<std::string> out;
    for (const RegisterRow* row : rows)
        out.push_back(row->tx_id);
    return out;
}

Figure figure_of(const Counter& counter, std::string filter) {
    const auto conditions = conditions_from(filter);
    ROPE_CHECK(conditions.has_value());  // ours, not input
    const auto rows = counter.select(kDocuments, *conditions);
    return {.measure = "documents",
            .filter = std::move(filter),
            .value = rows.size(),
            .transactions = transactions_of(rows)};
}

std::vector<Figure> figures_of(const Counter& counter) {
    std::set<std::string> years;
    std::set<std::string> levels;
    std::set<std::string> regions;
    for (const RegisterRow& row : counter.rows(kDocuments)) {
        if (row.field("status") == "issued") {
            years.merge(std::set{counter.values_of(row, "year").front()});
            levels.merge(std::set{counter.values_of(row, "level").front()});
        }
        regions.insert(row.field("region"));
    }
    std::vector<Figure> out;
    out.push_back(figure_of(counter, "status=issued"));
    out.push_back(figure_of(counter, "status=draft"));
    for (const auto& year : years)
        out.push_back(figure_of(counter, "status=issued;year=" + year));
    for (const auto& level : levels) {
        out.push_back(figure_of(counter, "status=issued;level=" + level));
    }
    for (const auto& region : regions) {
        out.push_back(figure_of(counter, "status=issued;region=" + region));
    }
    return out;
}

struct Ranked {
    std::string region;
    std::uint64_t documents = 0;
};

/// Most documents first; among equals by name, so that the text is the same every time.
std::vector<Ranked> ranking_of(const std::vector<const RegisterRow*>& rows) {
    std::map<std::string, std::uint64_t> count_of;
    for (const RegisterRow* row : rows)
        ++count_of[row->field("region")];
    std::vector<Ranked> out;
    for (const auto& [region, count] : count_of)
        out.push_back({region, count});
    std::ranges::sort(out, [](const Ranked& a, const Ranked& b) {
        return a.documents != b.documents ? a.documents > b.documents : a.region < b.region;
    });
    return out;
}

std::string text_of_ranking(const std::vector<Ranked>& ranking) {
    std::string out;
    for (std::size_t i = 0; i < ranking.size(); ++i) {
        if (i > 0) out += ranking[i].documents == ranking[i - 1].documents ? " = " : " > ";
        out += ranking[i].region + " " + std::to_string(ranking[i].documents);
    }
    return out;
}

/// Does `A>B>C` hold strictly, from the top?
bool ranking_holds(const std::vector<Ranked>& ranking, std::string_view stated) {
    for (std::size_t place = 0;; ++place) {
        const auto greater = stated.find('>');
        const bool last = greater == std::string_view::npos;
        if (place >= ranking.size() || ranking[place].region != stated.substr(0, greater)) {
            return false;
        }
        const bool tie =
            place + 1 < ranking.size() && ranking[place].documents == ranking[place + 1].documents;
        if (tie) return false;
        if (last) return true;
        stated.remove_prefix(greater + 1);
    }
}

std::optional<std::uint64_t> number_from(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

/// What is named is a lower bound of what the survey counts.
std::string_view verdict_of(std::uint64_t derived, std::uint64_t stated, bool at_least) {
    if (derived == stated || (at_least && derived > stated)) return "supported";
    return derived > stated ? "contradicted" : "no evidence";
}

std::optional<ClaimVerdict> judge(const Counter& counter, const RegisterRow& claim) {
    const auto conditions = conditions_from(claim.field("filter"));
    if (!conditions) return std::nullopt;
    const std::string& measure = claim.field("measure");
    const auto rows = counter.select(measure == "pilots" ? kPilots : kDocuments, *conditions);
    ClaimVerdict out{.id = claim.field("id"),
                     .statement = claim.field("statement"),
                     .stated = claim.field("stated"),
                     .derived = {},
                     .verdict = {},
                     .entries = transactions_of(rows)};
    if (measure == "ranking") {
        // Unnamed documents could mend any order, so a ranking is never contradicted by named ones.
        const auto ranking = ranking_of(rows);
        out.derived = text_of_ranking(ranking);
        out.verdict = ranking_holds(ranking, out.stated) ? "supported" : "no evidence";
        return out;
    }
    std::set<std::string> regions;
    for (const RegisterRow* row : rows)
        regions.insert(row->field("region"));
    const std::uint64_t derived = measure == "regions" ? regions.size() : rows.size();
    const auto stated = number_from(out.stated);
    if (!stated) return std::nullopt;
    out.derived = std::to_string(derived);
    out.verdict = verdict_of(derived, *stated, claim.field("comparison") == ">=");
    return out;
}

/// The id column of each table.
std::string id_of(const RegisterRow& row) {
    const std::string& id = row.field("id");
    return id.empty() ? row.field("issuer_id") : id;
}

bool by_id(const RegisterRow& a, const RegisterRow& b) {
    const std::string left = id_of(a);
    const std::string right = id_of(b);
    // 2 before 10, D02 before D10: shorter first, then by text.
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

/// A number stays one in JSON.
json::Value value_of(const std::string& text) {
    const auto number = number_from(text);
    return number ? json::Value{*number} : json::Value{text};
}

json::Value texts(const std::vector<std::string>& items) {
    json::Array out;
    for (const std::string& item : items)
        out.emplace_back(item);
    return json::Value{std::move(out)};
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string_view verdict_zh(std::string_view verdict) {
    if (verdict == "supported") return "支持";
    return verdict == "contradicted" ? "矛盾" : "无证据";
}

}  // namespace

const std::string& RegisterRow::field(const std::string& name) const {
    const auto it = fields.find(name);
    return it == fields.end() ? kNone : it->second;
}

Expected<Register, Failure> read_register(Session& session) {
    std::map<std::string, std::map<std::string, RegisterRow>> latest;
    ROPE_TRY(const std::uint64_t height,
             session.each("/entries?order=asc", "entries", [&](const json::Value& entry) {
                 RegisterRow row{.tx_id = text_at(entry, "tx_id"),
                                 .account_name = text_at(entry, "account_name"),
                                 .fields = {},
                                 .attested = false};
                 const json::Value* fields = entry.find("fields");
                 const json::Value* attested_by = entry.find("attested_by");
                 if (!is_recorder_name(row.account_name) || fields == nullptr) return;
                 row.attested = attested_by != nullptr && attested_by->size() > 0;
                 if (const json::Object* object = fields->as_object()) {
                     for (const auto& [name, value] : *object) {
                         if (const auto* text = value.as_string()) row.fields.emplace(name, *text);
                     }
                 }
                 if (row.field("source") != kSurvey) return;
                 const std::string table = row.field("table");
                 latest[table][id_of(row)] = std::move(row);  // entries come oldest first
             }));
    Register out{.rope = session.rope(), .height = height, .tables = {}};
    for (auto& [table, rows] : latest) {
        for (auto& [id, row] : rows)
            out.tables[table].push_back(std::move(row));
        std::ranges::sort(out.tables[table], by_id);
    }
    return out;
}

Expected<Statistics, Failure> statistics_of(const Register& entries) {
    const Counter counter{entries};
    Statistics out{.rope = entries.rope,
                   .height = entries.height,
                   .figures = figures_of(counter),
                   .claims = {}};
    for (const RegisterRow& claim : counter.rows(kClaims)) {
        auto judged = judge(counter, claim);
        if (!judged) {
            return Unexpected{failure_of(
                Error{.code = ErrorCode::invalid,
                      .what = "statement " + claim.field("id") + " has no readable measure"})};
        }
        out.claims.push_back(*std::move(judged));
    }
    return out;
}

json::Value document_of(const Statistics& statistics) {
    json::Array figures;
    for (const Figure& figure : statistics.figures) {
        figures.emplace_back(json::Object{{"measure", figure.measure},
                                          {"filter", figure.filter},
                                          {"value", figure.value},
                                          {"transactions", texts(figure.transactions)}});
    }
    json::Array claims;
    for (const ClaimVerdict& claim : statistics.claims) {
        claims.emplace_back(json::Object{{"id", claim.id},
                                         {"statement", claim.statement},
                                         {"stated", value_of(claim.stated)},
                                         {"derived", value_of(claim.derived)},
                                         {"verdict", claim.verdict},
                                         {"entries", texts(claim.entries)}});
    }
    return json::Object{{"rope", statistics.rope},
                        {"height", statistics.height},
                        {"figures", json::Value{std::move(figures)}},
                        {"claims", json::Value{std::move(claims)}}};
}

std::vector<Words> lines_of(const Statistics& statistics) {
    const std::string height = std::to_string(statistics.height);
    std::vector<Words> lines;
    lines.push_back({"Figures derived from the ledger's entries at height " + height + ":",
                     "由账本条目在高度 " + height + " 推导的数据："});
    for (const Figure& figure : statistics.figures) {
        const std::string line =
            "  " + padded(figure.filter, 40) + padded(std::to_string(figure.value), 4) +
            (figure.transactions.empty() ? std::string{}
                                         : " tx " + figure.transactions.front().substr(0, 12) +
                                               (figure.transactions.size() > 1 ? " ..." : ""));
        lines.push_back({line, line});
    }
    lines.push_back({"Statements of the survey (never of a government), judged by the entries:",
                     "调查报告的陈述（非任何政府的陈述），依条目判定："});
    for (const ClaimVerdict& claim : statistics.claims) {
        const std::string head = "  " + padded(claim.id, 5);
        const std::string tail = " stated " + claim.stated + ", derived " + claim.derived;
        lines.push_back(
            {head + padded(claim.verdict, 13) + claim.statement + " (" + tail.substr(1) + ")",
             head + std::string{verdict_zh(claim.verdict)} + "  " + claim.statement + "（陈述 " +
                 claim.stated + "，推导 " + claim.derived + "）"});
    }
    return lines;
}

}  // namespace ropenet::cli
