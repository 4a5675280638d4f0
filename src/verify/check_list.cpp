#include "verify/check_list.hpp"

#include <array>
#include <utility>

#include "base/check.hpp"

namespace ropenet::verify {
namespace {

// In the order of CheckId.
constexpr std::array<CheckWords, 48> kWords{{
    {"files", "exactly the files of a bundle", "文件齐全且无多余",
     "not exactly the files of a bundle", "文件缺失、多余或过大"},
    {"readme", "README.txt is the fixed text of this format",
     "README.txt 与本格式版本的固定文本一致", "README.txt is not the fixed text of this format",
     "README.txt 与本格式版本的固定文本不一致"},
    {"proof_form", "proof.tlog is a well-formed tlog-proof", "proof.tlog 格式正确",
     "proof.tlog is not a well-formed tlog-proof with a signed checkpoint",
     "proof.tlog 格式不正确"},
    {"policy_form", "policy.txt is a well-formed policy", "policy.txt 格式正确",
     "policy.txt is not a well-formed policy", "policy.txt 格式不正确"},
    {"keys_form", "keys.txt is a well-formed key list", "keys.txt 格式正确",
     "keys.txt is not a well-formed key list", "keys.txt 格式不正确"},
    {"genesis_form", "genesis.cbor is a well-formed genesis", "genesis.cbor 格式正确",
     "genesis.cbor is not a well-formed genesis", "genesis.cbor 格式不正确"},
    {"log_key_form", "log.vkey holds one verifier key", "log.vkey 含一个验证密钥",
     "log.vkey is not exactly one verifier key and a line end", "log.vkey 不是恰好一行验证密钥"},
    {"log_key_listed", "policy.txt lists the log key", "policy.txt 列有该日志密钥",
     "policy.txt does not list the log key", "policy.txt 未列出该日志密钥"},
    {"log_signature", "the log key signed the checkpoint", "日志密钥已对签名树头签名",
     "the checkpoint carries no valid signature of the log key", "签名树头没有日志密钥的有效签名"},
    {"cosignatures", "a quorum of the policy's witnesses cosigned the checkpoint",
     "达到策略规定人数的见证方已联署签名树头",
     "the checkpoint's cosignatures do not meet the policy", "签名树头的联署不符合策略"},
    {"genesis_leaf", "leaf 0 of the log names this genesis", "日志的第 0 条记录指明该创世文件",
     "leaf 0 of the log does not name this genesis", "日志的第 0 条记录与该创世文件不符"},
    {"first_policy", "the genesis names the first policy", "创世文件指明首个策略",
     "the genesis names another first policy", "创世文件指明的首个策略与此不符"},
    {"policy_chain",
     "each policy was recorded under the one before it, and keys.txt belongs to the last",
     "每个策略均在前一策略之下记录，keys.txt 属于最后一个策略",
     "the policies do not follow from each other, or keys.txt belongs to another",
     "策略之间不能衔接，或 keys.txt 不属于最后一个策略"},
    {"origin", "all files name the same rope", "所有文件属于同一账绳",
     "the files name different ropes", "文件属于不同账绳"},
    {"tx_form", "tx.cose is a well-formed transaction", "tx.cose 格式正确",
     "tx.cose is not a well-formed transaction", "tx.cose 格式不正确"},
    {"record_form", "record.cbor is a well-formed transaction record", "record.cbor 格式正确",
     "record.cbor is not a well-formed transaction record", "record.cbor 不是格式正确的交易记录"},
    {"outcome_form", "outcome.cbor is a well-formed outcome", "outcome.cbor 格式正确",
     "outcome.cbor is not a well-formed outcome", "outcome.cbor 格式不正确"},
    {"receipt_form", "receipt.cose is a well-formed receipt", "receipt.cose 格式正确",
     "receipt.cose is not a well-formed receipt", "receipt.cose 格式不正确"},
    {"signer_key_form", "signer.pem holds one public key", "signer.pem 含一个公钥",
     "signer.pem is not exactly one accepted public key", "signer.pem 不是恰好一个可接受的公钥"},
    {"receipt_key_form", "receipt-key.pem holds one ES256 key", "receipt-key.pem 含一个 ES256 公钥",
     "receipt-key.pem is not exactly one ES256 key", "receipt-key.pem 不是恰好一个 ES256 公钥"},
    {"checkpoint_text", "checkpoint.txt is the text that was signed",
     "checkpoint.txt 即被签名的文本", "checkpoint.txt is not the text that was signed",
     "checkpoint.txt 与被签名的文本不一致"},
    {"tx_signer", "the transaction names the key in signer.pem", "交易指明 signer.pem 中的密钥",
     "the transaction names another key than signer.pem", "交易指明的密钥不是 signer.pem"},
    {"tx_signature", "the signer signed the transaction", "签名人已对交易签名",
     "the transaction's signature is wrong", "交易签名不正确"},
    {"tx_record", "the record names this transaction", "日志记录指明该交易",
     "the record names another transaction", "日志记录指明的是另一交易"},
    {"tx_origin", "transaction and record name this rope", "交易与日志记录指明该账绳",
     "transaction or record name another rope", "交易或日志记录指明另一账绳"},
    {"tx_time", "the transaction had not expired when it was recorded", "交易记录时尚未过期",
     "the transaction was not valid at the time of the record", "交易在记录时间不在有效期内"},
    {"outcome", "the record binds this outcome and code", "日志记录绑定该执行结果",
     "the record binds another outcome or code", "日志记录绑定的是另一执行结果"},
    {"inclusion", "the record is in the log at its index", "该记录位于日志中所述位置",
     "the record is not proved to be in the log at its index", "未能证明该记录位于日志中所述位置"},
    {"receipt_key_listed", "keys.txt lists the receipt key", "keys.txt 列有该回执密钥",
     "keys.txt does not list the receipt key", "keys.txt 未列出该回执密钥"},
    {"receipt_claims", "the receipt names this rope, transaction and key",
     "回执指明该账绳、交易与密钥", "the receipt names another rope, transaction or key",
     "回执指明的账绳、交易或密钥不符"},
    {"receipt_tree", "the receipt has the place and path of proof.tlog",
     "回执的位置与路径同 proof.tlog", "the receipt has another place or path than proof.tlog",
     "回执的位置或路径与 proof.tlog 不同"},
    {"receipt_signature", "the receipt key signed the tree root", "回执密钥已对树根签名",
     "the receipt's signature is wrong", "回执签名不正确"},
    {"state_block", "the state root stands in a block record of the same log",
     "状态根载于同一日志的区块记录",
     "the state root is not proved by a block record of the same log",
     "状态根未被同一日志的区块记录证明"},
    {"state_proof", "the state holds this key as shown", "状态中该键的内容如所示",
     "the state does not hold this key as shown", "状态中该键的内容与所示不符"},
    {"timestamp", "the timestamp is right", "时间戳正确",
     "the timestamp is not of this checkpoint or not under tsa-ca.pem",
     "时间戳不属于该签名树头，或不在 tsa-ca.pem 之下"},
    {"signer_account", "the signer's account", "签名人账户", "the signer's account", "签名人账户"},
    {"trusted_policy", "the policy is the one you trust, or follows from it",
     "策略即您所信任的策略，或由其衔接而来", "the policy is not one you trust", "策略并非您所信任"},
    {"log_checkpoint", "the checkpoint is well-formed", "签名树头格式正确",
     "the checkpoint is missing or not well-formed", "签名树头缺失或格式不正确"},
    {"log_policy", "the checkpoint is signed as the policy asks", "签名树头的签名符合策略",
     "the checkpoint is not signed as the policy asks", "签名树头的签名不符合策略"},
    {"log_entries", "all entries are there and well-formed", "全部条目齐全且格式正确",
     "an entry bundle is missing or not well-formed", "条目文件缺失或格式不正确"},
    {"log_tiles", "all tiles are those of the entries", "全部瓦片与条目一致",
     "a tile is missing or not that of the entries", "瓦片缺失或与条目不一致"},
    {"log_root", "the entries lead to the root of the checkpoint", "条目推出的根与签名树头一致",
     "the entries lead to another root than the checkpoint", "条目推出的根与签名树头不一致"},
    {"log_records", "every record is well-formed and in its place", "每条记录格式正确且位置正确",
     "a record is not well-formed or not in its place", "有记录格式不正确或位置不正确"},
    {"log_end", "the log ends with a block record", "日志以区块记录结尾",
     "the log does not end with a block record", "日志未以区块记录结尾"},
    {"export_lines", "every line is there, well-formed and in its place",
     "各行齐全、格式正确、顺序无误", "a line is missing, not well-formed or out of its place",
     "有缺失、格式不正确或错位的行"},
    {"export_header", "genesis, policy, keys and checkpoint belong together",
     "创世、策略、密钥清单与签名树头相符",
     "genesis, policy, keys and checkpoint do not belong together",
     "创世、策略、密钥清单与签名树头不相符"},
    {"export_contents", "every transaction and outcome is the one its record names",
     "全部交易与结果均与其日志记录一致", "a transaction or outcome is not the one its record names",
     "有交易或结果与其日志记录不一致"},
    {"export_signatures", "every transaction is signed by the key it names",
     "全部交易均由其所指密钥签名", "a transaction is not signed by the key it names",
     "有交易并非由其所指密钥签名"},
}};

}  // namespace

const CheckWords& words_of(CheckId id) {
    const auto at = static_cast<std::size_t>(id);
    ROPE_CHECK(at < kWords.size());
    return kWords[at];
}

bool CheckList::expect(CheckId id, bool ok, std::string_view cause) {
    const CheckWords& words = words_of(id);
    Check check{.name = std::string{words.name}, .ok = ok, .detail = {}, .detail_zh = {}};
    check.detail = ok ? words.passed : words.failed;
    check.detail_zh = ok ? words.passed_zh : words.failed_zh;
    if (!ok && !cause.empty()) {
        check.detail += ": " + std::string{cause};
        check.detail_zh += "：" + std::string{cause};
    }
    all_ok_ = all_ok_ && ok;
    checks_.push_back(std::move(check));
    return ok;
}

void CheckList::note(CheckId id, std::string detail, std::string detail_zh) {
    checks_.push_back({.name = std::string{words_of(id).name},
                       .ok = true,
                       .detail = std::move(detail),
                       .detail_zh = std::move(detail_zh)});
}

void CheckList::skip(CheckId id, std::string detail, std::string detail_zh) {
    checks_.push_back({.name = std::string{words_of(id).name},
                       .ok = false,
                       .checked = false,
                       .detail = std::move(detail),
                       .detail_zh = std::move(detail_zh)});
}

void CheckList::append(const std::vector<Check>& more) {
    for (const Check& check : more) {
        all_ok_ = all_ok_ && check.ok;
        checks_.push_back(check);
    }
}

}  // namespace ropenet::verify
