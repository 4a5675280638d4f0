#include "system/evidence.hpp"

#include <algorithm>

#include "system/accounts.hpp"
#include "types/limits.hpp"

namespace ropenet::system {
namespace {

constexpr std::size_t kAttestationsMax = 64;

struct DepositArgs {
    Hash32 sha256{};
    std::string media_type;
    std::uint64_t size = 0;
    std::map<std::string, std::string> fields;
    std::optional<Hash32> commitment;
};

std::optional<Hash32> hash_of(const cbor::Value* value) {
    const Bytes* bytes = value == nullptr ? nullptr : value->as_bytes();
    return bytes == nullptr ? std::nullopt : hash32_from(*bytes);
}

std::optional<std::map<std::string, std::string>> fields_of(const cbor::Value* value) {
    const cbor::Map* map = value == nullptr ? nullptr : value->as_map();
    if (map == nullptr || map->size() > kEvidenceFieldsMax) return std::nullopt;
    std::map<std::string, std::string> out;
    for (const auto& [key, field] : *map) {
        const std::string* name = key.as_text();
        const std::string* text = field.as_text();
        if (name == nullptr || text == nullptr) return std::nullopt;
        if (name->empty() || name->size() > kEvidenceFieldNameBytesMax) return std::nullopt;
        if (text->size() > kEvidenceFieldBytesMax) return std::nullopt;
        out.emplace(*name, *text);
    }
    return out;
}

std::optional<DepositArgs> deposit_args_of(const cbor::Value& args) {
    const auto sha256 = hash_of(args.find("sha256"));
    const cbor::Value* media = args.find("media_type");
    const cbor::Value* size = args.find("size");
    const cbor::Value* commitment_value = args.find("commitment");
    auto fields = fields_of(args.find("fields"));
    if (!sha256 || media == nullptr || size == nullptr || !fields) return std::nullopt;
    if (args.size() != 4U + (commitment_value == nullptr ? 0U : 1U)) return std::nullopt;

    const std::string* media_type = media->as_text();
    const std::uint64_t* bytes = size->as_uint();
    if (media_type == nullptr || !is_media_type(*media_type)) return std::nullopt;
    if (bytes == nullptr || *bytes > kIntegerMax) return std::nullopt;
    const auto commitment = hash_of(commitment_value);
    if (commitment_value != nullptr && !commitment) return std::nullopt;
    return DepositArgs{.sha256 = *sha256,
                       .media_type = *media_type,
                       .size = *bytes,
                       .fields = *std::move(fields),
                       .commitment = commitment};
}

/// Is `body` one of the words of `attributed_to`?
bool names_body(std::string_view attributed_to, std::string_view body) {
    while (!attributed_to.empty()) {
        const auto space = attributed_to.find(' ');
        if (attributed_to.substr(0, space) == body) return true;
        if (space == std::string_view::npos) return false;
        attributed_to.remove_prefix(space + 1);
    }
    return false;
}

bool holds_an_office(const Account& account) {
    return account.has_role(kRoleRegistrar) || account.has_role(kRoleSupervisor) ||
           account.has_role(kRoleOperator) || account.has_role(kRoleAuditor);
}

bool is_attributed_to(const Entry& entry, const Account& account) {
    const auto field = entry.fields.find(std::string{kAttributedTo});
    if (field == entry.fields.end() || !account.args.organisation) return false;
    return names_body(field->second, *account.args.organisation);
}

cbor::Value value_of(const Attestation& attestation) {
    return cbor::Value{cbor::Array{cbor::Value{attestation.account.text()},
                                   cbor::Value{attestation.height},
                                   cbor::Value{static_cast<std::uint64_t>(attestation.time_ms)}}};
}

std::optional<Attestation> attestation_of(const cbor::Value& value) {
    const cbor::Array* parts = value.as_array();
    if (parts == nullptr || parts->size() != 3) return std::nullopt;
    const std::string* text = (*parts)[0].as_text();
    const std::uint64_t* height = (*parts)[1].as_uint();
    const std::uint64_t* time_ms = (*parts)[2].as_uint();
    if (text == nullptr || height == nullptr || time_ms == nullptr) return std::nullopt;
    const auto account = account_id_from_text(*text);
    if (!account) return std::nullopt;
    return Attestation{
        .account = *account, .height = *height, .time_ms = static_cast<std::int64_t>(*time_ms)};
}

}  // namespace

bool is_media_type(std::string_view text) {
    if (text.size() > kMediaTypeBytesMax) return false;
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
    const auto plain = [](char c) {
        const bool alnum =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return alnum || std::string_view{"!#$&-^_.+"}.find(c) != std::string_view::npos;
    };
    return std::ranges::all_of(text.substr(0, slash), plain) &&
           std::ranges::all_of(text.substr(slash + 1), plain);
}

Bytes entry_key(const AccountId& account, const Hash32& sha256) {
    return state::full_key(kEvidenceId, "d/" + account.text() + "/" + hex(sha256));
}

Bytes encode_entry(const Entry& entry) {
    cbor::Map map;
    const auto put = [&](std::uint64_t key, cbor::Value value) {
        map.emplace_back(cbor::Value{key}, std::move(value));
    };
    cbor::Map fields;
    for (const auto& [name, text] : entry.fields) {
        fields.emplace_back(cbor::Value{name}, cbor::Value{text});
    }
    put(1, cbor::Value{to_bytes(entry.sha256)});
    put(2, cbor::Value{entry.media_type});
    put(3, cbor::Value{entry.size});
    put(4, cbor::Value{std::move(fields)});
    if (entry.commitment) put(5, cbor::Value{to_bytes(*entry.commitment)});
    put(6, cbor::Value{entry.height});
    put(7, cbor::Value{static_cast<std::uint64_t>(entry.time_ms)});
    put(8, cbor::Value{to_bytes(entry.tx_id)});
    if (!entry.attestations.empty()) {
        cbor::Array attestations;
        for (const auto& item : entry.attestations)
            attestations.push_back(value_of(item));
        put(9, cbor::Value{std::move(attestations)});
    }
    return cbor::encode_value(cbor::Value{std::move(map)});
}

std::optional<Entry> decode_entry(BytesView bytes) {
    const auto value = cbor::decode_value(bytes);
    if (!value) return std::nullopt;
    const auto uint_at = [&](std::uint64_t key) -> std::optional<std::uint64_t> {
        const cbor::Value* found = value->find(key);
        const std::uint64_t* number = found == nullptr ? nullptr : found->as_uint();
        return number == nullptr ? std::nullopt : std::optional{*number};
    };
    const auto sha256 = hash_of(value->find(1));
    const cbor::Value* media = value->find(2);
    const std::string* media_type = media == nullptr ? nullptr : media->as_text();
    const auto size = uint_at(3);
    auto fields = fields_of(value->find(4));
    const auto height = uint_at(6);
    const auto time_ms = uint_at(7);
    const auto tx_id = hash_of(value->find(8));
    if (!sha256 || media_type == nullptr || !size || !fields || !height || !time_ms || !tx_id) {
        return std::nullopt;
    }
    Entry entry{.sha256 = *sha256,
                .media_type = *media_type,
                .size = *size,
                .fields = *std::move(fields),
                .commitment = hash_of(value->find(5)),
                .height = *height,
                .time_ms = static_cast<std::int64_t>(*time_ms),
                .tx_id = *tx_id,
                .attestations = {}};
    const cbor::Value* listed = value->find(9);
    const cbor::Array* attestations = listed == nullptr ? nullptr : listed->as_array();
    if (attestations == nullptr) return entry;
    for (const cbor::Value& item : *attestations) {
        const auto attestation = attestation_of(item);
        if (!attestation) return std::nullopt;
        entry.attestations.push_back(*attestation);
    }
    return entry;
}

Result<std::optional<Entry>> find_entry(const state::Reader& state, const AccountId& account,
                                        const Hash32& sha256) {
    ROPE_TRY(const auto bytes, state.find(entry_key(account, sha256)));
    if (!bytes) return std::optional<Entry>{};
    auto entry = decode_entry(*bytes);
    if (!entry) return fail(ErrorCode::corrupt, "state of entry " + hex(sha256));
    return entry;
}

Result<Answer> deposit(state::Overlay& state, const Call& call) {
    // The four offices serve the ledger; three-way separation keeps them from using it.
    if (holds_an_office(call.account)) return Answer{refuse("platform.role")};
    auto args = deposit_args_of(call.args);
    if (!args) return Answer{refuse("platform.args")};
    const Bytes key = entry_key(call.caller, args->sha256);
    ROPE_TRY(const auto existing, state.find(key));
    if (existing) return Answer{refuse("evidence.exists")};

    Event event{.name = "evidence.deposited",
                .attributes = {{"account", call.caller.text()}, {"sha256", hex(args->sha256)}}};
    state.put(key, encode_entry(Entry{.sha256 = args->sha256,
                                      .media_type = std::move(args->media_type),
                                      .size = args->size,
                                      .fields = std::move(args->fields),
                                      .commitment = args->commitment,
                                      .height = call.height,
                                      .time_ms = call.time_ms,
                                      .tx_id = call.tx_id,
                                      .attestations = {}}));
    return Answer{Applied{.events = {std::move(event)}, .output = {}}};
}

Result<Answer> attest(state::Overlay& state, const Call& call) {
    // args = { "account": tstr, "sha256": bstr .size 32 }
    const auto sha256 = hash_of(call.args.find("sha256"));
    const cbor::Value* account_value = call.args.find("account");
    const std::string* text = account_value == nullptr ? nullptr : account_value->as_text();
    const auto depositor = text == nullptr ? std::nullopt : account_id_from_text(*text);
    if (!sha256 || !depositor || call.args.size() != 2) return Answer{refuse("platform.args")};

    ROPE_TRY(auto entry, find_entry(state, *depositor, *sha256));
    if (!entry) return Answer{refuse("platform.unknown_record")};
    if (!is_attributed_to(*entry, call.account)) {
        return Answer{refuse("evidence.attestation_by_other")};
    }
    const auto by_caller = [&](const Attestation& a) { return a.account == call.caller; };
    if (std::ranges::any_of(entry->attestations, by_caller) ||
        entry->attestations.size() >= kAttestationsMax) {
        return Answer{refuse("evidence.attested")};
    }
    entry->attestations.push_back(
        {.account = call.caller, .height = call.height, .time_ms = call.time_ms});
    state.put(entry_key(*depositor, *sha256), encode_entry(*entry));
    Event event{.name = "evidence.attested",
                .attributes = {{"account", depositor->text()},
                               {"attested_by", call.caller.text()},
                               {"sha256", hex(*sha256)}}};
    return Answer{Applied{.events = {std::move(event)}, .output = {}}};
}

}  // namespace ropenet::system
