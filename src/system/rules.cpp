#include "system/rules.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "crypto/hash.hpp"

namespace ropenet::system {
namespace {

constexpr std::array kRules = {
    Rule{"accounts.exists", "An account is registered once.", "同一账户只登记一次。", "ours",
         "Use the account that exists, or register other particulars.",
         "请使用已有账户，或以不同信息登记。"},
    Rule{"accounts.key_count", "An account holds at most 16 keys.", "一个账户最多持有16个密钥。",
         "ours", "Use one of the keys the account holds.", "请使用账户已有的密钥。"},
    Rule{"accounts.key_in_use", "A key belongs to one account for ever.",
         "一个密钥永久只属于一个账户。", "ours", "Make a new key.", "请生成新密钥。"},
    Rule{"evidence.attestation_by_other",
         "Only a body that the entry is attributed to may attest it, with its own key.",
         "仅署名机关可用其自有密钥确认条目。", "ESL 13-14",
         "The attributed body signs with an account of its own organisation.",
         "由署名机关以本机构账户签名。"},
    Rule{"evidence.attested", "An account attests an entry once.", "同一账户对同一条目只确认一次。",
         "ours", "Nothing to do: the attestation stands.", "无需再次操作：确认已有效。"},
    Rule{"evidence.exists", "An account deposits the same content once.",
         "同一账户对同一内容只存证一次。", "ours",
         "Use the entry that exists, or deposit other content.",
         "请使用已有条目，或存入其他内容。"},
    Rule{"platform.args", "Arguments must fit the schema.", "参数须符合类型与范围。", "ours",
         "Send the arguments that docs/spec names for the action.", "请按规格说明填写参数。"},
    Rule{"platform.frozen", "A frozen account may not act until the order lapses or is lifted.",
         "账户被冻结期间不得操作。", "the order's own basis",
         "Wait for the order's end, or appeal.", "等待指令期满或申请复议。"},
    Rule{"platform.identity",
         "The signer must hold an active account bound to a verified real identity.",
         "签名者须持有已实名核验的有效账户。", "CAC (real-identity check)",
         "Have the registrar activate the account.", "请由登记机关核验并激活账户。"},
    Rule{"platform.role", "The signer must hold a role the action allows.",
         "签名者须具备该操作所需角色。", "ours", "Sign with an account that holds the role.",
         "请使用具备该角色的账户签名。"},
    Rule{"platform.unknown_action", "The manifest must define the action.",
         "合约清单未定义的操作不予受理。", "ours", "Use an action that the contract defines.",
         "请使用合约已定义的操作。"},
    Rule{"platform.unknown_record", "A record referred to must exist.", "所引用的记录须存在。",
         "ours", "Refer to a record that exists.", "请引用已存在的记录。"},
};

struct Native {
    std::string_view id;
    std::string_view rule_prefix;
    std::array<std::string_view, 2> actions;
};

constexpr std::array kNatives = {
    Native{"system.accounts", "accounts.", {"add_key", "register"}},
    Native{"system.evidence", "evidence.", {"attest", "deposit"}},
};

Hash32 manifest_digest(const Native& native) {
    cbor::Encoder out;
    out.map(3).uint(1).text(native.id).uint(2).array(native.actions.size());
    for (const auto action : native.actions)
        out.text(action);
    const auto own = [&](const Rule& rule) { return rule.id.starts_with(native.rule_prefix); };
    out.uint(3).array(static_cast<std::size_t>(std::ranges::count_if(kRules, own)));
    for (const Rule& rule : kRules) {
        if (!own(rule)) continue;
        out.array(4).text(rule.id).text(rule.statement_en).text(rule.statement_zh).text(rule.basis);
    }
    return crypto::sha256(out.view());
}

}  // namespace

std::span<const Rule> rules() {
    return kRules;
}

const Rule* find_rule(std::string_view id) {
    const auto it = std::ranges::find(kRules, id, &Rule::id);
    return it == kRules.end() ? nullptr : &*it;
}

std::map<std::string, Hash32> native_manifests() {
    std::map<std::string, Hash32> out;
    for (const Native& native : kNatives)
        out.emplace(native.id, manifest_digest(native));
    return out;
}

}  // namespace ropenet::system
