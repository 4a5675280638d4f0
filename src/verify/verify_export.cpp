#include "verify/verify_export.hpp"

#include <map>
#include <utility>
#include <vector>

#include "crypto/hash.hpp"
#include "crypto/public_key.hpp"
#include "crypto/verify.hpp"
#include "types/account.hpp"
#include "types/checkpoint.hpp"
#include "types/genesis.hpp"
#include "types/note.hpp"
#include "types/outcome.hpp"
#include "types/record.hpp"
#include "types/transaction.hpp"
#include "types/trust_policy.hpp"
#include "verify/check_list.hpp"
#include "verify/inclusion.hpp"
#include "verify/record_order.hpp"
#include "verify/signed_origin.hpp"

namespace ropenet::verify {
namespace {

/// RFC 6962 section 2.1, leaf by leaf: the roots of the complete subtrees so far, largest first.
class GrowingRoot {
  public:
    /// False if there are not as many hashes as `size` has complete subtrees.
    bool begin(std::uint64_t size, const std::vector<Hash32>& roots) {
        size_ = size;
        roots_ = roots;
        return std::cmp_equal(roots.size(), __builtin_popcountll(size));
    }

    void add(Hash32 hash) {
        for (std::uint64_t full = size_; (full & 1U) != 0; full >>= 1U) {
            hash = node_hash(roots_.back(), hash);
            roots_.pop_back();
        }
        roots_.push_back(hash);
        ++size_;
    }

    std::uint64_t size() const { return size_; }
    /// Pre: size() > 0.
    Hash32 root() const {
        Hash32 out = roots_.back();
        for (std::size_t i = roots_.size() - 1; i > 0; --i)
            out = node_hash(roots_[i - 1], out);
        return out;
    }

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash32> roots_;
};

/// The keys that have signed, and the transactions whose signatures are checked together.
class SignatureCheck {
  public:
    explicit SignatureCheck(const crypto::Ed25519Table& ed25519) : ed25519_{ed25519} {}

    void learn(const AccountKey& key) {
        auto parsed = crypto::public_key_from_spki(key.spki);
        if (parsed) keys_.emplace(parsed->kid(), *std::move(parsed));
    }

    /// Keys come to a rope by its genesis and by transactions; a kid is the digest of its key, so
    /// it does not matter who said it.
    void learn(const Transaction& tx) {
        if (tx.contract != "system.accounts") return;
        const auto args = cbor::decode_value(tx.args);
        if (!args) return;
        if (const auto registered = register_args_from(*args)) {
            for (const AccountKey& key : registered->keys)
                learn(key);
        }
        const cbor::Value* added = args->find("key");
        const auto key = added == nullptr ? Expected<AccountKey, ArgsError>{Unexpected{ArgsError{}}}
                                          : account_key_from(*added, "key");
        if (key) learn(*key);
    }

    void add(Transaction tx, std::uint64_t line) {
        waiting_.emplace_back(line, std::move(tx));
        if (waiting_.size() == kBatch) flush();
    }

    void flush() {
        std::vector<crypto::VerifyItem> items;
        std::vector<std::uint64_t> lines;
        for (const auto& [line, tx] : waiting_) {
            const auto key = keys_.find(tx.kid);
            if (key == keys_.end() || key->second.alg() != tx.alg) {
                ++unknown_;
                if (first_unknown_ == 0) first_unknown_ = line;
                continue;
            }
            items.push_back(
                {.key = &key->second, .message = tx.sig_structure, .signature = tx.signature});
            lines.push_back(line);
        }
        const auto verdicts = crypto::verify_batch(items, ed25519_);
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            if (verdicts[i] == 0 && first_wrong_ == 0) first_wrong_ = lines[i];
        }
        waiting_.clear();
    }

    std::uint64_t first_wrong() const { return first_wrong_; }  // 0: none
    std::uint64_t first_unknown() const { return first_unknown_; }
    std::uint64_t unknown() const { return unknown_; }

  private:
    static constexpr std::size_t kBatch = 256;
    crypto::Ed25519Table ed25519_;
    std::map<Hash32, crypto::PublicKey> keys_;
    std::vector<std::pair<std::uint64_t, Transaction>> waiting_;
    std::uint64_t first_wrong_ = 0;
    std::uint64_t first_unknown_ = 0;
    std::uint64_t unknown_ = 0;
};

std::string at_line(std::uint64_t line, std::string_view why) {
    return "line " + std::to_string(line) + ": " + std::string{why};
}

/// Why a leaf's tx and outcome are not the ones its record names; empty if they are.
std::string_view content_fault(const TxRecord& record, const ExportLeaf& leaf,
                               const Transaction& tx, std::string_view origin) {
    if (tx.tx_id != record.tx_id) return "another transaction than the record's";
    if (tx.origin != origin) return "a transaction for another rope";
    const auto outcome = decode_outcome(leaf.outcome);
    if (!outcome) return "not an outcome";
    if (crypto::sha256(leaf.outcome) != record.outcome_digest) {
        return "another outcome than the record's";
    }
    if (static_cast<std::uint8_t>(outcome->code) != record.code) return "another code";
    return {};
}

class Walk {
  public:
    Walk(const NextExportItem& next, const std::optional<TrustedPolicy>& trust,
         const crypto::Ed25519Table& ed25519)
        : next_{next}, trust_{trust}, signatures_{ed25519} {}

    ExportReport run() {
        if (!read_header()) {
            checks_.expect(CheckId::export_lines, false, lines_);
        } else {
            report_.origin = header_.origin;
            report_.from = header_.from;
            report_.size = header_.size;
            if (check_header()) check_leaves();
        }
        conclude();
        return std::move(report_);
    }

  private:
    bool read_header() {
        const auto item = next_item();
        const auto* header = item ? std::get_if<ExportHeader>(&*item) : nullptr;
        if (header == nullptr) {
            if (lines_.empty()) lines_ = at_line(1, "no header");
            return false;
        }
        header_ = *header;
        return true;
    }

    std::optional<ExportItem> next_item() {
        auto item = next_();
        ++line_;
        if (!item) {
            lines_ = at_line(line_, item.error());
            return std::nullopt;
        }
        if (!*item) lines_ = at_line(line_, "the export ends too early");
        return *std::move(item);
    }

    std::string header_fault() {
        const auto genesis = decode_genesis(header_.genesis);
        if (!genesis || genesis->origin != header_.origin) return "genesis";
        if (crypto::sha256(view_of(header_.policy)) != genesis->policy.policy_digest) {
            return "the policy is not the one that genesis names";
        }
        if (crypto::sha256(view_of(header_.keys)) != genesis->policy.keys_digest) {
            return "the key list is not the one that genesis names";
        }
        auto note = note_from_text(header_.note);
        const auto policy = policy_from_text(header_.policy);
        if (!note || !policy) return "the checkpoint or the policy is not well-formed";
        const auto checkpoint = checkpoint_from_text(note->text);
        if (!checkpoint || checkpoint->origin != header_.origin) return "the checkpoint's origin";
        if (checkpoint->size < header_.size) return "the checkpoint covers fewer records";
        if (!check_quorum(*policy, *note)) return "the checkpoint is not signed under the policy";
        if (!root_.begin(header_.from, header_.before)) return "the subtrees before the first leaf";
        for (const GenesisAccount& account : genesis->accounts) {
            for (const AccountKey& key : account.args.keys)
                signatures_.learn(key);
        }
        note_ = *std::move(note);
        note_read_ = true;
        checkpoint_ = *checkpoint;
        return {};
    }

    bool check_header() {
        const std::string fault = header_fault();
        return checks_.expect(CheckId::export_header, fault.empty(), fault);
    }

    void check_leaves() {
        RecordOrder order{header_.origin, header_.from};
        const bool whole = read_leaves(order);
        signatures_.flush();
        report_.height = order.height();
        report_.tx_count = order.tx_count();
        checks_.expect(CheckId::export_lines, whole, lines_);
        checks_.expect(CheckId::log_records, records_.empty(), records_);
        checks_.expect(CheckId::export_contents, contents_.empty(), contents_);
        check_signatures();
        if (!whole) return;
        if (records_.empty() && order.has_duplicate()) {
            checks_.expect(CheckId::log_records, false, "one transaction recorded twice");
        }
        if (records_.empty()) {
            checks_.expect(CheckId::log_end, order.closed() || header_.from == header_.size);
        }
        check_root();
    }

    bool read_leaves(RecordOrder& order) {
        while (root_.size() < header_.size) {
            const auto item = next_item();
            if (!item) return false;
            const auto* leaf = std::get_if<ExportLeaf>(&*item);
            if (leaf == nullptr) {
                lines_ = at_line(line_, "a record is missing");
                return false;
            }
            take(*leaf, order);
        }
        const auto item = next_item();
        if (!item) return false;
        const auto* end = std::get_if<ExportEnd>(&*item);
        if (end == nullptr || end->size != header_.size) {
            lines_ = at_line(line_, "not the end that the header says");
            return false;
        }
        const auto more = next_();
        if (more && !*more) return true;
        lines_ = at_line(line_ + 1, "something follows the end");
        return false;
    }

    void take(const ExportLeaf& leaf, RecordOrder& order) {
        root_.add(leaf_hash(leaf.record));
        const auto record = decode_record(leaf.record);
        const std::string_view fault = record ? order.next(*record) : "not a record";
        if (!fault.empty() && records_.empty()) records_ = at_line(line_, fault);
        if (!record) return;
        if (const auto* tx = std::get_if<TxRecord>(&record->body)) return take_tx(*tx, leaf);
        const auto* block = std::get_if<BlockRecord>(&record->body);
        if (record->index != 0 || block == nullptr) return;
        if (block->genesis_digest != crypto::sha256(header_.genesis) && contents_.empty()) {
            contents_ = at_line(line_, "another genesis than the record's");
        }
    }

    void take_tx(const TxRecord& record, const ExportLeaf& leaf) {
        auto tx = decode_transaction(leaf.tx);
        const std::string_view fault =
            tx ? content_fault(record, leaf, *tx, header_.origin) : "not a transaction";
        if (!fault.empty() && contents_.empty()) contents_ = at_line(line_, fault);
        if (!tx) return;
        signatures_.learn(*tx);
        signatures_.add(*std::move(tx), line_);
    }

    void check_signatures() {
        const std::uint64_t wrong = signatures_.first_wrong();
        const std::uint64_t unknown = signatures_.unknown();
        if (wrong != 0 || unknown == 0 || header_.from == 0) {
            const std::string why = wrong != 0 ? at_line(wrong, "the signature does not verify")
                                    : unknown != 0
                                        ? at_line(signatures_.first_unknown(), "an unknown key")
                                        : std::string{};
            checks_.expect(CheckId::export_signatures, why.empty(), why);
            return;
        }
        const std::string count = std::to_string(unknown);
        checks_.skip(CheckId::export_signatures,
                     count + " signatures not checked: their keys were registered before this part",
                     count + " 个签名未检验：其密钥在本段之前登记");
    }

    void check_root() {
        const Hash32 root = root_.size() == 0 ? Hash32{} : root_.root();
        report_.root = root;
        const bool same = header_.size == checkpoint_.size;
        const bool leads =
            same ? header_.consistency.empty() && root == checkpoint_.root
                 : header_.size > 0 &&
                       is_consistent({.size = header_.size, .root = root},
                                     {.size = checkpoint_.size, .root = checkpoint_.root},
                                     header_.consistency);
        checks_.expect(CheckId::log_root, leads);
    }

    void conclude() {
        const Origin origin = note_read_ ? establish(note_, trust_) : Origin::unknown;
        const bool intact = checks_.all_ok() && origin != Origin::broken;
        if (trust_ && note_read_) {
            checks_.expect(CheckId::log_policy, origin == Origin::established);
        } else if (trust_) {
            checks_.skip(CheckId::log_policy, "not checked: no checkpoint was read",
                         "未检验：未读到签名树头");
        } else {
            checks_.skip(CheckId::log_policy, "not checked: no trusted policy was given",
                         "未检验：未提供受信任的策略");
        }
        report_.verdict.checks = std::move(checks_).take();
        if (!intact) return;
        report_.verdict.kind =
            origin == Origin::established ? VerdictKind::valid : VerdictKind::consistent;
    }

    const NextExportItem& next_;
    const std::optional<TrustedPolicy>& trust_;
    ExportReport report_;
    CheckList checks_;
    ExportHeader header_;
    Note note_;
    bool note_read_ = false;
    Checkpoint checkpoint_;
    GrowingRoot root_;
    SignatureCheck signatures_;
    std::uint64_t line_ = 0;
    std::string lines_;
    std::string records_;
    std::string contents_;
};

}  // namespace

ExportReport verify_export(const NextExportItem& next, const std::optional<TrustedPolicy>& trust,
                           const crypto::Ed25519Table& ed25519) {
    return Walk{next, trust, ed25519}.run();
}

}  // namespace ropenet::verify
