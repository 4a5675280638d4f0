#include "ropenet/main_job.hpp"

#include <chrono>

#include "keys/key_file.hpp"
#include "ropenet/fetch_bundle.hpp"
#include "ropenet/forger.hpp"
#include "ropenet/policy_load.hpp"
#include "ropenet/policy_stats.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::cli {
namespace {

using Done = Expected<void, Failure>;

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

/// The job's steps share the session, what they found, and the document they fill.
class MainJob {
  public:
    MainJob(const Console& console, Options options, Session session,
            std::vector<PolicyEntry> entries)
        : console_{console},
          options_{std::move(options)},
          session_{std::move(session)},
          entries_{std::move(entries)} {}

    VerbResult play() {
        const auto begin = std::chrono::steady_clock::now();
        introduce();
        ROPE_DO(register_recorders());
        ROPE_DO(reject_unregistered_key());
        ROPE_DO(load_entries());
        ROPE_DO(derive_statistics());
        ROPE_DO(show_refusals());
        ROPE_DO(check_bundles());
        const auto spent = std::chrono::steady_clock::now() - begin;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
        document_.emplace_back("milliseconds", ms);
        const std::string seconds = number(static_cast<std::uint64_t>(ms / 1000)) + "." +
                                    number(static_cast<std::uint64_t>(ms % 1000 / 100));
        say({"Done in " + seconds + " s.", "完成，用时 " + seconds + " 秒。"});
        console_.emit(json::Value{std::move(document_)});
        return Answer{};
    }

  private:
    void say(const Words& words) const { console_.say(words); }

    void introduce() {
        document_.emplace_back("job", "policy register");
        document_.emplace_back("origin", session_.origin());
        say({"ropenet main job: a register of policy documents on rope " + session_.origin(),
             "ropenet 主要任务：账绳 " + session_.origin() + " 上的政策文件登记"});
        if (session_.demo()) say({std::string{kDemoMark}, std::string{kDemoMark}});
    }

    Done register_recorders() {
        say({"1. Accounts", "一、账户"});
        ROPE_TRY(RecorderReport report, ensure_recorders(session_, options_, entries_));
        const std::string all = number(report.recorders.size());
        const std::string fresh = number(report.registered_now);
        say({"   " + all + " demonstration recorders (" + fresh +
                 " registered now); none of them speaks for a real body",
             "   演示录入账户 " + all + " 个（本次登记 " + fresh + " 个），均不代表任何真实机关"});
        document_.emplace_back("recorders",
                               json::Object{{"accounts", report.recorders.size()},
                                            {"registered_now", report.registered_now}});
        recorders_ = std::move(report.recorders);
        return {};
    }

    Done reject_unregistered_key() {
        auto made = keys::generate_signer(crypto::Alg::ed25519);
        if (!made) return Unexpected{failure_of(made.error())};
        Signatory stranger{.signer = *std::move(made),
                           .account = recorders_.at(std::string{kNational}).account};
        const auto answer = session_.send(stranger, deposit_action(entries_.front()));
        if (answer) return unexpected("an unregistered key was not rejected", *answer);
        say({"   a key that no account holds: rejected (" + answer.error().code +
                 "), nothing recorded",
             "   无账户持有的密钥：被拒收（" + answer.error().code + "），不留记录"});
        document_.emplace_back("unregistered_key",
                               json::Object{{"status", "rejected"}, {"code", answer.error().code}});
        return {};
    }

    Done load_entries() {
        say({"2. Entries", "二、条目"});
        const auto progress = [&](std::size_t done, std::size_t total) {
            say({"   " + number(done) + "/" + number(total) + " on the ledger",
                 "   已上链 " + number(done) + "/" + number(total)});
        };
        ROPE_TRY(load_, deposit_missing(session_, recorders_, entries_, progress));
        const std::string documents = number(load_.entries_of_table[std::string{kDocuments}]);
        say({"   " + number(load_.entries) + " entries (" + documents + " documents), " +
                 number(load_.deposited_now) + " deposited now, " + number(load_.there_already) +
                 " were there already and were not sent",
             "   共 " + number(load_.entries) + " 条（文件 " + documents + " 份），本次存证 " +
                 number(load_.deposited_now) + " 条，已存在而未重复提交 " +
                 number(load_.there_already) + " 条"});
        document_.emplace_back(
            "entries", json::Object{{"total", load_.entries},
                                    {"documents", load_.entries_of_table[std::string{kDocuments}]},
                                    {"deposited_now", load_.deposited_now},
                                    {"there_already", load_.there_already}});
        return {};
    }

    Done derive_statistics() {
        ROPE_TRY(register_, read_register(session_));
        ROPE_TRY(const Statistics statistics, statistics_of(register_));
        show_documents();
        say({"3. Statistics", "三、统计"});
        for (const Words& line : lines_of(statistics))
            say({"   " + line.en, "   " + line.zh});
        document_.emplace_back("statistics", document_of(statistics));
        return {};
    }

    void show_documents() const {
        const auto it = register_.tables.find(std::string{kDocuments});
        if (it == register_.tables.end()) return;
        for (const RegisterRow& row : it->second) {
            const std::string& date = row.field("date");
            const std::string head =
                "   " + row.field("id") + "  " + (date.empty() ? std::string{"-"} : date) + "  ";
            say({head + row.field("title_en"),
                 head + row.field("title_zh_presumed") + "（推定标题）"});
            const std::string& by = row.account_name;
            const std::string& to = row.field("attributed_to");
            say({"        recorded by " + by + ", attributed to " + to +
                     ", source: " + row.field("source") +
                     (row.attested ? ", attested by that body" : ", not attested by that body"),
                 "        录入方 " + by + "，署名机关 " + to + "，来源 2017 年调查报告，" +
                     (row.attested ? "已经该机关确认" : "未经该机关确认")});
        }
    }

    Done show_refusals() {
        say({"4. Refused before your eyes", "四、当场拒绝"});
        const PolicyEntry& entry = entries_.front();
        const Signatory& recorder = recorders_.at(entry.region);
        cbor::Map attest;
        attest.emplace_back("account", recorder.account.text());
        attest.emplace_back("sha256", entry.sha256);
        Options office = options_;
        office.as = "office-a";
        office.key.clear();
        ROPE_TRY(const Signatory other, session_.signatory(office));
        ROPE_DO(expect_refusal(
            {"office-a attests an entry attributed to " + entry.fields.at("attributed_to"),
             "office-a 确认署名为 " + entry.fields.at("attributed_to") + " 的条目"},
            other, {.contract = "system.evidence", .action = "attest", .args = std::move(attest)},
            "evidence.attestation_by_other"));
        ROPE_DO(expect_refusal({recorder_name(entry.region) + " deposits the same content again",
                                recorder_name(entry.region) + " 再次存入相同内容"},
                               recorder, deposit_action(entry), "evidence.exists"));
        document_.emplace_back("refusals", json::Value{std::move(refusals_)});
        return {};
    }

    Done expect_refusal(const Words& what, const Signatory& who, const Action& action,
                        std::string_view rule) {
        ROPE_TRY(const json::Value answer, session_.send(who, action));
        const std::string found = text_at(answer, "rule");
        if (found != rule) return unexpected(what.en + " was not refused as it must be", answer);
        const json::Value* message = answer.find("message");
        const Words words{message == nullptr ? "" : text_at(*message, "en"),
                          message == nullptr ? "" : text_at(*message, "zh")};
        say({"   " + what.en + ": refused, " + found + ": " + words.en,
             "   " + what.zh + "：被拒绝，" + found + "：" + words.zh});
        refusals_.emplace_back(json::Object{{"rule", found}, {"tx_id", text_at(answer, "tx_id")}});
        return {};
    }

    Done check_bundles() {
        say({"5. Evidence, verified offline with a policy from elsewhere",
             "五、证据：用另行取得的策略离线验证"});
        const std::string& tx_id = register_.tables.at(std::string{kDocuments}).front().tx_id;
        ROPE_TRY(BundleFiles bundle, fetch_bundle(session_, {.tx_id = tx_id}));
        const auto policy_path =
            options_.data_folder() / "dev" / ("policy-" + session_.rope() + ".txt");
        ROPE_TRY(const Bytes policy, read_input_file(policy_path));
        const verify::TrustedPolicy trust{.text = std::string{text_of(policy)}};
        ROPE_DO(judge({"the bundle of D01", "D01 的证据包"}, "as exported", bundle, trust,
                      verify::VerdictKind::valid));
        BundleFiles changed = bundle;
        changed.at("record.cbor").back() ^= 1U;
        ROPE_DO(judge({"one byte of it changed", "改动其中一个字节"}, "one byte changed", changed,
                      trust, verify::VerdictKind::invalid));
        const std::string network = session_.origin().substr(0, session_.origin().find('/'));
        ROPE_TRY(const BundleFiles forged,
                 forge_bundle(network, session_.rope(), entries_.front()));
        ROPE_DO(judge({"all keys inside swapped for a forger's", "包内密钥全部换成伪造者的"},
                      "forger's keys", forged, trust, verify::VerdictKind::consistent));
        document_.emplace_back("bundles", json::Value{std::move(verdicts_)});
        return {};
    }

    Done judge(const Words& what, std::string_view case_name, const BundleFiles& bundle,
               const verify::TrustedPolicy& trust, verify::VerdictKind expected) {
        const verify::Verdict verdict = verify::verify_bundle(bundle, trust);
        if (verdict.kind != expected) {
            return unexpected(
                what.en + " was judged " + std::string{verify::text_of_verdict(verdict.kind)}, {});
        }
        say({"   " + what.en + ": " + std::string{verify::text_of_verdict(verdict.kind)},
             "   " + what.zh + "：" + std::string{verify::text_zh_of_verdict(verdict.kind)}});
        verdicts_.emplace_back(
            json::Object{{"case", case_name}, {"verdict", verify::text_of_verdict(verdict.kind)}});
        return {};
    }

    static Unexpected<Failure> unexpected(const std::string& what, const json::Value& answer) {
        return Unexpected{Failure{.exit = Exit::unknown_outcome,
                                  .code = "main_job",
                                  .what = {what, what},
                                  .next = {"report this as a defect", "请报告此缺陷"},
                                  .detail = answer}};
    }

    const Console& console_;
    const Options options_;
    Session session_;
    const std::vector<PolicyEntry> entries_;
    Recorders recorders_;
    LoadReport load_;
    Register register_;
    json::Object document_;
    json::Array refusals_;
    json::Array verdicts_;
};

}  // namespace

VerbResult play_main_job(const Console& console, const Options& options,
                         const std::filesystem::path& data) {
    Options here = options;
    here.data = data.string();
    ROPE_TRY(Session session, Session::open(here));
    ROPE_TRY(std::vector<PolicyEntry> entries, read_policy_entries(built_in_tables()));
    return MainJob{console, std::move(here), std::move(session), std::move(entries)}.play();
}

}  // namespace ropenet::cli
