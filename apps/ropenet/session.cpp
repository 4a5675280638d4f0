#include "ropenet/session.hpp"

#include <string.h>

#include <algorithm>
#include <charconv>

#include "codec/cose.hpp"
#include "keys/key_file.hpp"
#include "keys/random.hpp"
#include "keys/sign_transaction.hpp"
#include "types/limits.hpp"
#include "types/transaction.hpp"

namespace ropenet::cli {
namespace {

constexpr std::int64_t kLifetimeMs = 120'000;
constexpr const char* kWait = "?wait=committed&timeout=30";
constexpr std::chrono::seconds kWaitTime{40};
constexpr std::size_t kKeyPemBytesMax = 16 * 1024;

Exit exit_of_status(unsigned status) {
    switch (status) {
        case 400:
        case 413:
        case 415:
        case 422:
        case 431:
            return Exit::bad_data;
        case 401:
        case 403:
            return Exit::refused;
        case 404:
        case 410:
            return Exit::not_found;
        case 409:
            return Exit::conflict;
        case 429:
        case 503:
            return Exit::try_later;
        default:
            return Exit::unavailable;
    }
}

/// An RFC 9457 answer in our words; an answer that is none by its status alone.
Failure failure_of_response(const http::Response& response) {
    const auto parsed = json::parse(response.body_text());
    const json::Value problem = parsed ? *parsed : json::Value{};
    const std::string status = "HTTP " + std::to_string(response.status);
    std::string en = text_at(problem, "detail");
    std::string zh = text_at(problem, "detail_zh");
    if (en.empty()) en = text_at(problem, "title");
    if (zh.empty()) zh = text_at(problem, "title_zh");
    std::string code = text_at(problem, "code");
    if (text_at(problem, "status") == "unknown") {  // a tx object: nobody has seen that id
        code = "not_found.tx";
        en = "this rope knows no such transaction";
        zh = "该账绳不知道此交易";
    }
    return Failure{.exit = code == "storage" ? Exit::storage : exit_of_status(response.status),
                   .code = code.empty() ? "http." + std::to_string(response.status) : code,
                   .what = {en.empty() ? status : en, zh.empty() ? (en.empty() ? status : en) : zh},
                   .next = {text_at(problem, "next"), text_at(problem, "next_zh")},
                   .detail = problem};
}

/// --key FILE, or - for standard input.
Expected<std::unique_ptr<keys::Signer>, Failure> signer_of(const std::string& key) {
    if (key != "-") {
        auto loaded = keys::load_signer(key);
        if (!loaded) return Unexpected{failure_of(loaded.error())};
        return *std::move(loaded);
    }
    ROPE_TRY(Bytes pem, read_standard_input(kKeyPemBytesMax));
    auto signer = keys::signer_from_pem(text_of(pem));
    ::explicit_bzero(pem.data(), pem.size());
    if (!signer) return Unexpected{failure_of(signer.error())};
    return *std::move(signer);
}

std::string id_of(BytesView tx) {
    const auto decoded = decode_transaction(tx);
    return decoded ? hex(decoded->tx_id) : std::string{};
}

/// Sent, and nobody said what became of it: it may be recorded.
Failure outcome_unknown(const Error& error, json::Object detail, const Words& next) {
    detail.emplace_back("status", "unknown");
    return Failure{.exit = Exit::unknown_outcome,
                   .code = "tx.unknown_outcome",
                   .what = {"sent, but no answer came: " + error.what,
                            "交易已发出，但未收到答复：" + error.what},
                   .next = next,
                   .detail = std::move(detail)};
}

Failure outcome_unknown(const Error& error, BytesView tx) {
    const std::string tx_id = id_of(tx);
    const std::string ask = "`ropenet tx show " + tx_id + "`";
    return outcome_unknown(error, {{"tx_id", tx_id}},
                           {"ask with " + ask + " before sending anything again",
                            "请先用 " + ask + " 查询，再决定是否重发"});
}

Failure outcome_unknown(const Error& error, const std::vector<Bytes>& txs) {
    json::Array ids;
    for (const Bytes& tx : txs)
        ids.emplace_back(id_of(tx));
    return outcome_unknown(error, {{"tx_ids", json::Value{std::move(ids)}}},
                           {"run the command again: what is recorded is not recorded twice",
                            "请重新运行该命令：已记录的不会重复记录"});
}

Expected<TxStamp, Failure> fresh_stamp(std::int64_t expires_at_ms) {
    const auto nonce = keys::random_nonce();
    if (!nonce) return Unexpected{failure_of(nonce.error())};
    return TxStamp{.nonce = *nonce, .expires_at_ms = expires_at_ms};
}

Failure not_readable(const std::string& url) {
    return Failure{.exit = Exit::unavailable,
                   .code = "not_ropenet",
                   .what = {url + " does not answer as a ropenet node", url + " 不是 ropenet 节点"},
                   .next = {"check the address", "请检查地址"},
                   .detail = {}};
}

}  // namespace

std::string text_at(const json::Value& object, std::string_view key) {
    const json::Value* value = object.find(key);
    const std::string* text = value == nullptr ? nullptr : value->as_string();
    return text == nullptr ? std::string{} : *text;
}

std::uint64_t uint_at(const json::Value& object, std::string_view key) {
    const json::Value* value = object.find(key);
    const auto number = value == nullptr ? std::nullopt : value->as_uint();
    return number.value_or(0);
}

std::chrono::seconds retry_after(const http::Response& response) {
    constexpr unsigned kMost = 3'600;
    const auto field = response.find_header("Retry-After");
    unsigned seconds = 1;
    if (field) std::from_chars(field->data(), field->data() + field->size(), seconds);
    return std::chrono::seconds{std::clamp(seconds, 1U, kMost)};
}

Expected<Session, Failure> Session::open(const Options& options,
                                         std::chrono::milliseconds request_time) {
    const std::string url = options.node_url();
    auto client =
        http::Client::for_url(url, {.request_time = request_time, .ca_file = options.ca_file()});
    if (!client) return Unexpected{failure_of(client.error())};
    Session session{*std::move(client), url, options.ca_file()};
    ROPE_TRY(const http::Response response, session.get_raw("/v1/ropes"));
    ROPE_TRY(const json::Value answer, session.json_of(response));
    const json::Value* ropes = answer.find("ropes");
    if (ropes == nullptr || ropes->as_array() == nullptr) return Unexpected{not_readable(url)};
    std::string known;
    for (const json::Value& rope : *ropes->as_array()) {
        const std::string name = text_at(rope, "rope");
        if (options.rope.empty() || options.rope == name) {
            session.rope_ = name;
            session.origin_ = text_at(rope, "origin");
            return session;
        }
        known += known.empty() ? name : ", " + name;
    }
    return Unexpected{
        Failure{.exit = Exit::not_found,
                .code = "not_found.rope",
                .what = {"the node has no rope " + options.rope, "节点上没有账绳 " + options.rope},
                .next = {"use one of: " + known, "可用：" + known},
                .detail = {}}};
}

Expected<http::Response, Failure> Session::get_raw(const std::string& target) {
    auto response = client_.get(target);
    if (!response) return Unexpected{failure_of(response.error())};
    return *std::move(response);
}

Expected<http::Response, Failure> Session::post_raw(const std::string& target,
                                                    std::string_view content_type, BytesView body) {
    auto response = client_.post(target, content_type, body);
    if (!response) return Unexpected{failure_of(response.error())};
    return *std::move(response);
}

Expected<void, Failure> Session::check(const http::Response& response) const {
    if (response.status >= 400) return Unexpected{failure_of_response(response)};
    return {};
}

Expected<json::Value, Failure> Session::json_of(const http::Response& response) const {
    ROPE_DO(check(response));
    auto value = json::parse(response.body_text());
    if (!value) return Unexpected{not_readable(url_)};
    return *std::move(value);
}

Expected<json::Value, Failure> Session::get(const std::string& path) {
    ROPE_TRY(const http::Response response, get_raw(rope_path(path)));
    return json_of(response);
}

Expected<std::int64_t, Failure> Session::node_time_ms() {
    ROPE_TRY(const http::Response response, get_raw("/v1/time"));
    ROPE_TRY(const json::Value answer, json_of(response));
    return static_cast<std::int64_t>(uint_at(answer, "time_ms"));
}

Expected<AccountId, Failure> Session::account_of_key(const Hash32& kid) {
    const auto answer = get("/accounts?key=" + hex(kid));
    if (!answer && answer.error().exit != Exit::not_found) return Unexpected{answer.error()};
    if (answer) {
        const auto id = account_id_from_text(text_at(*answer, "account"));
        if (id) return *id;
    }
    return Unexpected{Failure{
        .exit = Exit::not_found,
        .code = "not_found.account",
        .what = {"no account of " + origin_ + " holds this key", origin_ + " 上没有账户持有该密钥"},
        .next = {"have the registrar register it", "请由登记机关登记"},
        .detail = {}}};
}

Expected<Signatory, Failure> Session::signatory(const Options& options) {
    if (options.as.empty() == options.key.empty()) {
        return Unexpected{usage_failure({"say who signs: --as NAME or --key FILE, one of them",
                                         "请指明签名者：--as NAME 或 --key FILE，二者择一"})};
    }
    if (!options.key.empty()) {
        ROPE_TRY(auto signer, signer_of(options.key));
        ROPE_TRY(const AccountId account, account_of_key(signer->public_key().kid()));
        return Signatory{.signer = std::move(signer), .account = account};
    }
    ROPE_TRY(const Identity identity, find_identity(options.data_folder(), options.as));
    auto signer = keys::load_signer(identity.key_file);
    if (!signer) return Unexpected{failure_of(signer.error())};
    const auto account = account_id_from_text(identity.account);
    if (!account) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::config, .what = "dev/accounts.json: not an account id"})};
    }
    return Signatory{.signer = *std::move(signer), .account = *account};
}

Expected<std::int64_t, Failure> Session::expiry_ms() {
    ROPE_TRY(const std::int64_t now_ms, node_time_ms());
    return now_ms + kLifetimeMs;
}

Expected<Bytes, Failure> Session::sign(const Signatory& who, const Action& action) {
    ROPE_TRY(const std::int64_t expires_at_ms, expiry_ms());
    ROPE_TRY(const TxStamp stamp, fresh_stamp(expires_at_ms));
    return sign(who, action, stamp);
}

Expected<Bytes, Failure> Session::sign(const Signatory& who, const Action& action,
                                       const TxStamp& stamp) const {
    const TxDraft draft{.origin = origin_,
                        .account = who.account,
                        .nonce = stamp.nonce,
                        .expires_at_ms = stamp.expires_at_ms,
                        .contract = action.contract,
                        .action = action.action,
                        .args = cbor::encode_value(action.args)};
    const auto& key = who.signer->public_key();
    auto tx = keys::sign1(*who.signer, encode_tx_protected(draft, key.alg(), key.kid()),
                          encode_tx_payload(draft));
    if (!tx) return Unexpected{failure_of(tx.error())};
    return *std::move(tx);
}

Expected<json::Value, Failure> Session::send(const Signatory& who, const Action& action) {
    ROPE_TRY(const Bytes tx, sign(who, action));
    const auto response = client_.send({.method = "POST",
                                        .target = rope_path("/txs") + kWait,
                                        .headers = {{"Content-Type", "application/cose"}},
                                        .body = tx,
                                        .time = kWaitTime});
    if (response) return json_of(*response);
    if (!client_.may_have_arrived()) return Unexpected{failure_of(response.error())};
    return Unexpected{outcome_unknown(response.error(), tx)};
}

Expected<json::Array, Failure> Session::send_batch(const Signatory& who,
                                                   const std::vector<Action>& actions) {
    ROPE_TRY(const std::int64_t expires_at_ms, expiry_ms());
    std::vector<Bytes> txs;
    for (const Action& action : actions) {
        ROPE_TRY(const TxStamp stamp, fresh_stamp(expires_at_ms));
        ROPE_TRY(Bytes tx, sign(who, action, stamp));
        txs.push_back(std::move(tx));
    }
    return send_batch(txs);
}

Expected<json::Array, Failure> Session::send_batch(const std::vector<Bytes>& txs) {
    cbor::Encoder body;
    body.array(txs.size());
    for (const Bytes& tx : txs)
        body.bytes(tx);
    const auto response = client_.send({.method = "POST",
                                        .target = rope_path("/txs:batch") + kWait,
                                        .headers = {{"Content-Type", "application/cbor"}},
                                        .body = body.view(),
                                        .time = kWaitTime});
    if (!response) {
        if (!client_.may_have_arrived()) return Unexpected{failure_of(response.error())};
        return Unexpected{outcome_unknown(response.error(), txs)};
    }
    ROPE_TRY(const json::Value answer, json_of(*response));
    const json::Value* results = answer.find("results");
    if (results == nullptr || results->as_array() == nullptr || results->size() != txs.size()) {
        return Unexpected{not_readable(url_)};
    }
    return *results->as_array();
}

Expected<std::uint64_t, Failure> Session::each(const std::string& path, std::string_view items,
                                               const Take& take) {
    std::string cursor;
    std::uint64_t height = 0;
    while (true) {
        const char separator = path.find('?') == std::string::npos ? '?' : '&';
        std::string target = path + separator + "limit=" + std::to_string(kPageItemsMax);
        if (!cursor.empty()) target += "&cursor=" + http::percent_encode(cursor);
        ROPE_TRY(const json::Value page, get(target));
        const json::Value* list = page.find(items);
        if (list == nullptr || list->as_array() == nullptr) return Unexpected{not_readable(url_)};
        for (const json::Value& item : *list->as_array())
            take(item);
        height = uint_at(page, "height");
        cursor = text_at(page, "next");
        if (cursor.empty()) return height;
    }
}

}  // namespace ropenet::cli
