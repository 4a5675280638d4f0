// The state: values with their proofs, accounts, and the entries of system.evidence.
#include "state/state_view.hpp"

#include "api/handlers.hpp"
#include "api/page.hpp"
#include "api/render.hpp"
#include "system/accounts.hpp"
#include "system/evidence.hpp"

namespace ropenet::api {
namespace {

OrRefused<Bytes> key_query(const Call& call) {
    const auto text = call.request.find_query("key");
    const auto digits = call.request.find_query("key_hex");
    if (text.has_value() == digits.has_value()) {
        return Unexpected{bad_request("key", "key=TEXT or key_hex=HEX, one of them",
                                      "须提供 key=文本 或 key_hex=十六进制，二者择一")};
    }
    if (text) return to_bytes(*text);
    auto bytes = bytes_from_hex(*digits);
    if (!bytes) return Unexpected{bad_request("key_hex", "lower-case hex", "须为小写十六进制")};
    return *std::move(bytes);
}

json::Value keys_of(const Account& account) {
    json::Array out;
    for (const auto* keys : {&account.args.keys, &account.added_keys}) {
        for (const AccountKey& key : *keys) {
            out.emplace_back(json::Object{{"alg", crypto::name_of(key.alg)},
                                          {"kid", hex(key.kid())},
                                          {"spki_hex", hex(key.spki)}});
        }
    }
    return json::Value{std::move(out)};
}

http::Response account_answer(const Call& call, const ledger::ReadView& view, const AccountId& id) {
    const auto account = system::find_account(view, id);
    if (!account) return problem(account.error());
    if (!*account) return problem("not_found.account", {.object = id.text()});
    json::Array roles;
    for (const std::string& role : (*account)->roles)
        roles.emplace_back(role);
    const RegisterArgs& args = (*account)->args;
    return answer(
        call, view,
        {{"account", id.text()},
         {"name", args.name},
         {"kind", name_of(args.kind)},
         {"status", name_of((*account)->status)},
         {"roles", json::Value{std::move(roles)}},
         {"keys", keys_of(**account)},
         {"organisation", args.organisation ? json::Value{*args.organisation} : json::Value{}},
         {"place", args.place ? json::Value{*args.place} : json::Value{}},
         {"identity_commitment", hex(args.identity_commitment)}});
}

std::string field_of(const system::Entry& entry, const std::string& name) {
    const auto it = entry.fields.find(name);
    return it == entry.fields.end() ? std::string{} : it->second;
}

/// Who recorded an entry, whom it speaks of, and whether that body stands behind it.
json::Object note_of(const system::Entry& entry, const std::string& recorded_by) {
    const std::string to = field_of(entry, std::string{system::kAttributedTo});
    const std::string source = field_of(entry, "source");
    const bool attested = !entry.attestations.empty();
    std::string en = "recorded by " + recorded_by;
    std::string zh = "录入方 " + recorded_by;
    if (!to.empty()) {
        en += ", attributed to " + to;
        zh += "，署名机关 " + to;
    }
    if (!source.empty()) {
        en += ", source: " + source;
        zh += "，来源 " + source;
    }
    if (!to.empty()) {
        en += attested ? ", attested by that body" : ", not attested by that body";
        zh += attested ? "，已经该机关确认" : "，未经该机关确认";
    }
    return {{"en", std::move(en)}, {"zh", std::move(zh)}};
}

json::Value attested_by(const state::Reader& state, const system::Entry& entry) {
    json::Array out;
    for (const auto& item : entry.attestations) {
        out.emplace_back(json::Object{{"account", item.account.text()},
                                      {"account_name", account_name(state, item.account)},
                                      {"height", item.height},
                                      {"time_ms", item.time_ms}});
    }
    return json::Value{std::move(out)};
}

json::Object entry_object(const state::Reader& state, const ledger::EntryPosition& at,
                          const system::Entry& entry) {
    const std::string name = account_name(state, at.account);
    json::Object fields;
    for (const auto& [key, text] : entry.fields)
        fields.emplace_back(key, text);
    json::Object out{{"account", at.account.text()}, {"account_name", name},
                     {"sha256", hex(entry.sha256)},  {"media_type", entry.media_type},
                     {"size", entry.size},           {"fields", std::move(fields)}};
    if (entry.commitment) out.emplace_back("commitment", hex(*entry.commitment));
    out.emplace_back("tx_id", hex(entry.tx_id));
    out.emplace_back("index", at.index);
    out.emplace_back("height", entry.height);
    out.emplace_back("time_ms", entry.time_ms);
    out.emplace_back("attested_by", attested_by(state, entry));
    out.emplace_back("note", note_of(entry, name));
    return out;
}

OrRefused<ledger::EntryQuery> entry_query(const Call& call, const PageRequest& request) {
    ledger::EntryQuery query{.account = {},
                             .sha256 = {},
                             .direction = request.direction,
                             .after = request.after,
                             .limit = request.limit};
    ROPE_TRY(query.account, account_query(call));
    if (const auto text = call.request.find_query("sha256")) {
        ROPE_TRY(const Hash32 sha256, hash_path(std::string{*text}, "sha256"));
        query.sha256 = sha256;
    }
    return query;
}

}  // namespace

http::Response show_state(const Call& call) {
    const auto key = key_query(call);
    if (!key) return key.error();
    const std::string& contract = call.param(0);
    const Bytes full_key = state::full_key(contract, text_of(*key));
    const auto view = readable_view(
        call, {.kind = execution::ObjectKind::state_value, .contract = contract, .key = full_key});
    if (!view) return view.error();
    const auto value = (*view)->find(full_key);
    if (!value) return problem(value.error());
    const auto proof = (*view)->prove(full_key);
    if (!proof) return problem(proof.error());
    if (!*proof) return problem("height.gone", {.object = std::to_string((*view)->height())});
    return answer(call, **view,
                  {{"contract", contract},
                   {"key_hex", hex(*key)},
                   {"present", value->has_value()},
                   {"value_hex", *value ? json::Value{hex(**value)} : json::Value{}},
                   {"proof_hex", hex(**proof)},
                   {"state_root", hex((*view)->at().state_root)}});
}

http::Response show_account(const Call& call) {
    const auto id = account_id_from_text(call.param(0));
    if (!id) return problem("not_found.account", {.object = call.param(0)});
    const auto view = readable_view(
        call, {.kind = execution::ObjectKind::state_value, .contract = system::kAccountsId});
    if (!view) return view.error();
    return account_answer(call, **view, *id);
}

http::Response find_account_by_key(const Call& call) {
    const auto text = call.request.find_query("key");
    if (!text) return bad_request("key", "the kid in hex", "须为十六进制 kid");
    const auto kid = hash_path(std::string{*text}, "key");
    if (!kid) return kid.error();
    const auto view = readable_view(
        call, {.kind = execution::ObjectKind::state_value, .contract = system::kAccountsId});
    if (!view) return view.error();
    const auto owner = system::find_account_of_key(**view, *kid);
    if (!owner) return problem(owner.error());
    if (!*owner) return problem("not_found.account", {.object = std::string{*text}});
    return account_answer(call, **view, **owner);
}

http::Response list_entries(const Call& call) {
    const auto request =
        page_request(call, ledger::Direction::ascending,
                     {.kind = execution::ObjectKind::list, .contract = system::kEvidenceId});
    if (!request) return request.error();
    const auto query = entry_query(call, *request);
    if (!query) return query.error();
    const auto page = call.rope->reader.list_entries(*request->view, *query);
    if (!page) return problem(page.error());
    PageAnswer out{.items = "entries",
                   .rows = {},
                   .columns = {"account", "account_name", "sha256", "media_type", "size", "fields",
                               "tx_id", "index", "height", "time_ms"},
                   .next = page->next};
    for (const ledger::EntryPosition& at : page->entries) {
        const auto entry = system::find_entry(*request->view, at.account, at.sha256);
        if (!entry) return problem(entry.error());
        if (*entry) out.rows.push_back(entry_object(*request->view, at, **entry));
    }
    return answer_page(call, *request, out);
}

}  // namespace ropenet::api
