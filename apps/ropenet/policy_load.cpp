#include "ropenet/policy_load.hpp"

#include <algorithm>
#include <set>

#include "crypto/hash.hpp"
#include "keys/key_file.hpp"
#include "ropenet/deposit.hpp"
#include "types/account.hpp"
#include "types/limits.hpp"

namespace ropenet::cli {
namespace {

/// `Inner Mongolia` -> `recorder-inner-mongolia`.
std::string key_name(std::string_view region) {
    std::string out = "recorder-";
    for (const char c : region) {
        const bool upper = c >= 'A' && c <= 'Z';
        out.push_back(c == ' ' ? '-' : upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return out;
}

Expected<std::shared_ptr<const keys::Signer>, Failure> load_or_make_key(
    const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) {
        const auto made = keys::generate_signer(crypto::Alg::ed25519);
        if (!made) return Unexpected{failure_of(made.error())};
        const auto saved = keys::save_signer(**made, path);
        if (!saved) return Unexpected{failure_of(saved.error())};
    }
    auto signer = keys::load_signer(path);
    if (!signer) return Unexpected{failure_of(signer.error())};
    return std::shared_ptr<const keys::Signer>{*std::move(signer)};
}

RegisterArgs recorder_args(std::string_view region, const crypto::PublicKey& key) {
    const std::string name = recorder_name(region);
    return RegisterArgs{.kind = AccountKind::service,
                        .name = name,
                        .keys = {AccountKey{.alg = key.alg(), .spki = to_bytes(key.spki())}},
                        .organisation = std::nullopt,  // nobody records in a real body's name
                        .place = std::nullopt,
                        .identity_commitment = crypto::sha256({view_of(name), key.kid()})};
}

Expected<bool, Failure> is_registered(Session& session, const AccountId& account) {
    const auto found = session.get("/accounts/" + account.text());
    if (found) return true;
    if (found.error().exit == Exit::not_found) return false;
    return Unexpected{found.error()};
}

Expected<void, Failure> register_by(Session& session, const Signatory& registrar,
                                    const RegisterArgs& args) {
    auto value = cbor::decode_value(encode_register_args(args));
    ROPE_CHECK(value.has_value());
    ROPE_TRY(const json::Value answer, session.send(registrar, {.contract = "system.accounts",
                                                                .action = "register",
                                                                .args = *std::move(value)}));
    const std::string status = text_at(answer, "status");
    const std::string rule = text_at(answer, "rule");
    if (status == "committed" || rule == "accounts.exists") return {};
    return Unexpected{Failure{.exit = Exit::refused,
                              .code = rule.empty() ? status : rule,
                              .what = {args.name + " was not registered: " + status + " " + rule,
                                       args.name + " 登记失败：" + status + " " + rule},
                              .next = {},
                              .detail = answer}};
}

/// Lists the recorders beside the other development identities, so that --as finds them.
Expected<void, Failure> list_identities(const std::filesystem::path& data,
                                        const Recorders& recorders) {
    const auto path = data / "dev" / "accounts.json";
    ROPE_TRY(const Bytes bytes, read_input_file(path));
    auto list = json::parse(text_of(bytes));
    if (!list || list->find("accounts") == nullptr) return {};
    json::Array accounts = *list->find("accounts")->as_array();
    std::set<std::string> known;
    for (const json::Value& item : accounts)
        known.insert(text_at(item, "name"));
    for (const auto& [region, who] : recorders) {
        if (known.contains(recorder_name(region))) continue;
        accounts.emplace_back(
            json::Object{{"name", recorder_name(region)},
                         {"account", who.account.text()},
                         {"roles", json::Value{json::Array{json::Value{"recorder"}}}},
                         {"key_file", "keys/" + key_name(region) + ".pem"}});
    }
    const json::Value changed{json::Object{{"accounts", json::Value{std::move(accounts)}}}};
    return write_output_file(path, view_of(json::serialize_pretty(changed)));
}

std::string id_of(const std::string& account, const Hash32& sha256) {
    return account + "/" + hex(sha256);
}

/// What recorders have deposited, as `<account>/<sha256>`.
Expected<std::set<std::string>, Failure> deposited(Session& session) {
    std::set<std::string> out;
    ROPE_TRY([[maybe_unused]] const std::uint64_t height,
             session.each("/entries", "entries", [&](const json::Value& entry) {
                 out.insert(text_at(entry, "account") + "/" + text_at(entry, "sha256"));
             }));
    return out;
}

Expected<std::size_t, Failure> deposit_all(Session& session, const Signatory& who,
                                           const std::vector<const PolicyEntry*>& entries) {
    std::vector<Action> actions;
    for (const PolicyEntry* entry : entries)
        actions.push_back(deposit_action(*entry));
    ROPE_TRY(const json::Array results, session.send_batch(who, actions));
    std::size_t committed = 0;
    for (const json::Value& result : results) {
        const std::string status = text_at(result, "status");
        if (status == "committed") {
            ++committed;
        } else if (text_at(result, "rule") != "evidence.exists") {
            return Unexpected{
                Failure{.exit = Exit::refused,
                        .code = "deposit",
                        .what = {"a deposit ended as " + status, "一次存证的结果为 " + status},
                        .next = {"run the command again; what is there is not sent twice",
                                 "请重新运行；已存在的条目不会重复提交"},
                        .detail = result}};
        }
    }
    return committed;
}

}  // namespace

Action deposit_action(const PolicyEntry& entry) {
    return action_of({.sha256 = entry.sha256,
                      .media_type = "application/json",
                      .size = entry.jcs.size(),
                      .fields = {entry.fields.begin(), entry.fields.end()},
                      .commitment = std::nullopt});
}

Expected<RecorderReport, Failure> ensure_recorders(Session& session, const Options& options,
                                                   const std::vector<PolicyEntry>& entries) {
    std::set<std::string> regions;
    for (const PolicyEntry& entry : entries)
        regions.insert(entry.region);
    const auto data = options.data_folder();
    Options as_registrar = options;
    as_registrar.as = "registrar";
    as_registrar.key.clear();
    ROPE_TRY(const Signatory registrar, session.signatory(as_registrar));

    RecorderReport report;
    for (const std::string& region : regions) {
        ROPE_TRY(auto signer,
                 load_or_make_key(data / "dev" / "keys" / (key_name(region) + ".pem")));
        const RegisterArgs args = recorder_args(region, signer->public_key());
        ROPE_TRY(const bool there, is_registered(session, args.account_id()));
        if (!there) {
            ROPE_DO(register_by(session, registrar, args));
            ++report.registered_now;
        }
        report.recorders.emplace(
            region, Signatory{.signer = std::move(signer), .account = args.account_id()});
    }
    ROPE_DO(list_identities(data, report.recorders));
    return report;
}

Expected<LoadReport, Failure> deposit_missing(Session& session, const Recorders& recorders,
                                              const std::vector<PolicyEntry>& entries,
                                              const Progress& progress) {
    ROPE_TRY(const std::set<std::string> there, deposited(session));
    LoadReport report{.entries = entries.size()};
    std::map<std::string, std::vector<const PolicyEntry*>> missing;
    for (const PolicyEntry& entry : entries) {
        ++report.entries_of_table[entry.fields.at("table")];
        const auto& who = recorders.at(entry.region);
        if (there.contains(id_of(who.account.text(), entry.sha256))) {
            ++report.there_already;
        } else {
            missing[entry.region].push_back(&entry);
        }
    }
    for (const auto& [region, group] : missing) {
        for (std::size_t from = 0; from < group.size(); from += kBatchTxsMax) {
            const auto begin = group.begin() + static_cast<std::ptrdiff_t>(from);
            const auto count = std::min(kBatchTxsMax, group.size() - from);
            ROPE_TRY(const std::size_t done,
                     deposit_all(session, recorders.at(region),
                                 {begin, begin + static_cast<std::ptrdiff_t>(count)}));
            report.deposited_now += done;
            progress(report.there_already + report.deposited_now, report.entries);
        }
    }
    ROPE_TRY(const json::Value rope, session.get(""));
    report.height = uint_at(rope, "height");
    return report;
}

}  // namespace ropenet::cli
