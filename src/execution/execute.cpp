#include "execution/execute.hpp"

#include <map>
#include <set>

#include "crypto/hash.hpp"
#include "system/accounts.hpp"
#include "system/contract.hpp"
#include "types/limits.hpp"
#include "types/record.hpp"

namespace ropenet::execution {
namespace {

using system::Answer;

/// What every state holds, so that no proof is ever against an empty tree (docs/spec/state.md).
constexpr std::string_view kSentinelContract = "system";
constexpr std::string_view kSentinelKey = "sentinel";

std::optional<TxError> time_error(const Transaction& tx, std::int64_t time_ms) {
    if (time_ms > tx.expires_at_ms) return TxError::expired;
    if (tx.expires_at_ms > time_ms + kTxLifetimeMsMax) return TxError::expiry_too_far;
    return std::nullopt;
}

std::uint64_t native_gas(const Transaction& tx) {
    return system::kNativeCallGas + system::kNativeArgByteGas * tx.args.size();
}

/// The platform's own checks, in the order in which they are cited.
std::optional<std::string_view> platform_refusal(const Account& account) {
    switch (account.status) {
        case AccountStatus::applied:
        case AccountStatus::closed:
            return "platform.identity";
        case AccountStatus::frozen:
            return "platform.frozen";
        case AccountStatus::active:
        case AccountStatus::restricted:
            return std::nullopt;
    }
    return std::nullopt;
}

class BlockRun {
  public:
    BlockRun(const state::StateView& view, const RecordedIds& recorded, const BlockInput& block)
        : view_{view}, recorded_{recorded}, block_{block}, overlay_{view} {}

    Result<BlockResult> run() {
        result_.txs.reserve(block_.txs.size());
        for (const CheckedTx& tx : block_.txs) {
            ROPE_TRY(TxResult one, run_tx(tx));
            result_.txs.push_back(std::move(one));
        }
        return finish();
    }

  private:
    Result<TxResult> run_tx(const CheckedTx& checked) {
        if (!checked) return TxResult{checked.error()};
        const Transaction& tx = *checked;
        if (const auto error = form_error(tx)) return TxResult{*error};
        ROPE_TRY(const Account* account, account_of(tx.account));
        if (account == nullptr || account->find_key(tx.kid) == nullptr) {
            return TxResult{TxError::unknown_account};
        }
        ROPE_TRY(Outcome outcome, outcome_of(tx, *account));
        // Whatever it changed of accounts holds from the next tx on.
        if (tx.contract == system::kAccountsId) accounts_.clear();
        seen_.insert(tx.tx_id);
        return TxResult{record(tx, std::move(outcome))};
    }

    /// Null when there is none. Until the next tx.
    Result<const Account*> account_of(const AccountId& id) {
        auto it = accounts_.find(id);
        if (it == accounts_.end()) {
            ROPE_TRY(auto account, system::find_account(overlay_, id));
            it = accounts_.emplace(id, std::move(account)).first;
        }
        return it->second ? &*it->second : nullptr;
    }

    std::optional<TxError> form_error(const Transaction& tx) const {
        if (tx.origin != block_.origin) return TxError::origin;
        if (const auto error = time_error(tx, block_.time_ms)) return error;
        if (seen_.contains(tx.tx_id) || recorded_.contains(tx.tx_id)) return TxError::duplicate;
        return std::nullopt;
    }

    Result<Outcome> outcome_of(const Transaction& tx, const Account& account) {
        Outcome outcome{.code = OutcomeCode::applied,
                        .rule = {},
                        .gas_used = native_gas(tx),
                        .events = {},
                        .output = {}};
        if (outcome.gas_used > kTxGasMax) {
            outcome.code = OutcomeCode::out_of_gas;
            outcome.gas_used = kTxGasMax;
            return outcome;
        }
        ROPE_TRY(Answer answer, answer_of(tx, account));
        if (!answer) {
            outcome.code = OutcomeCode::refused;
            outcome.rule = answer.error().rule;
            return outcome;
        }
        system::Applied applied = *std::move(answer);
        outcome.events = std::move(applied.events);
        outcome.output = std::move(applied.output);
        return outcome;
    }

    Result<Answer> answer_of(const Transaction& tx, const Account& account) {
        if (const auto rule = platform_refusal(account)) return Answer{system::refuse(*rule)};
        const auto args = cbor::decode_value(tx.args);
        if (!args) return Answer{system::refuse("platform.args")};
        state::Overlay changes{static_cast<const state::Reader&>(overlay_)};
        const system::Call call{.caller = tx.account,
                                .account = account,
                                .contract = tx.contract,
                                .action = tx.action,
                                .args = *args,
                                .height = block_.height,
                                .time_ms = block_.time_ms,
                                .tx_id = tx.tx_id};
        ROPE_TRY(Answer answer, system::call_native(changes, call));
        if (answer) overlay_.absorb(std::move(changes));
        return answer;
    }

    std::uint64_t next_index() const { return block_.log_size + result_.records.size(); }

    Recorded record(const Transaction& tx, Outcome outcome) {
        const std::uint64_t index = next_index();
        Bytes encoded = encode_outcome(outcome);
        append_record(TxRecord{.tx_id = tx.tx_id,
                               .code = static_cast<std::uint8_t>(outcome.code),
                               .outcome_digest = crypto::sha256(encoded)});
        return {.index = index, .outcome = std::move(outcome), .encoded = std::move(encoded)};
    }

    template <typename Body>
    void append_record(Body body) {
        result_.records.push_back(encode_record(Record{.origin = std::string{block_.origin},
                                                       .height = block_.height,
                                                       .index = next_index(),
                                                       .time_ms = block_.time_ms,
                                                       .body = std::move(body)}));
    }

    Result<BlockResult> finish() {
        // Nothing recorded means nothing changed: such a height appends no leaf.
        if (result_.records.empty()) return std::move(result_);
        result_.diff = std::move(overlay_).take();
        ROPE_TRY(result_.tree, view_.root_after(result_.diff, block_.height));
        append_record(BlockRecord{.state_root = result_.tree.root(),
                                  .record_count = result_.records.size(),
                                  .genesis_digest = std::nullopt,
                                  .sm3_root = std::nullopt});
        return std::move(result_);
    }

    const state::StateView& view_;
    const RecordedIds& recorded_;
    const BlockInput& block_;
    state::Overlay overlay_;
    std::set<Hash32> seen_;
    std::map<AccountId, std::optional<Account>> accounts_;  // as overlay_ has them
    BlockResult result_;
};

std::vector<std::string> roles_of(const Genesis& genesis, const GenesisAccount& account) {
    std::set<std::string> roles(account.roles.begin(), account.roles.end());
    const std::string id = account.args.account_id().text();
    for (const auto& [role, holders] : genesis.charter) {
        for (const std::string& holder : holders) {
            if (holder == id) roles.insert(role);
        }
    }
    return {roles.begin(), roles.end()};
}

}  // namespace

Result<BlockResult> execute_block(const state::StateView& view, const RecordedIds& recorded,
                                  const BlockInput& block) {
    return BlockRun{view, recorded, block}.run();
}

Result<BlockResult> execute_genesis(const state::StateView& view, const Genesis& genesis,
                                    const Hash32& genesis_digest) {
    state::Overlay overlay{view};
    overlay.put(state::full_key(kSentinelContract, kSentinelKey), Bytes{1});
    for (const GenesisAccount& account : genesis.accounts) {
        system::put_new_account(overlay, Account{.args = account.args,
                                                 .roles = roles_of(genesis, account),
                                                 .status = AccountStatus::active,
                                                 .added_keys = {}});
    }
    BlockResult result;
    result.diff = std::move(overlay).take();
    ROPE_TRY(result.tree, view.root_after(result.diff, 0));
    result.records.push_back(
        encode_record(Record{.origin = genesis.origin,
                             .height = 0,
                             .index = 0,
                             .time_ms = genesis.time_ms,
                             .body = BlockRecord{.state_root = result.tree.root(),
                                                 .record_count = 0,
                                                 .genesis_digest = genesis_digest,
                                                 .sm3_root = std::nullopt}}));
    return result;
}

Result<std::optional<TxError>> why_not_recorded(const state::Reader& state,
                                                const RecordedIds& recorded,
                                                const BlockInput& block, const Transaction& tx) {
    if (tx.origin != block.origin) return std::optional{TxError::origin};
    if (const auto error = time_error(tx, block.time_ms)) return error;
    if (recorded.contains(tx.tx_id)) return std::optional{TxError::duplicate};
    ROPE_TRY(const auto account, system::find_account(state, tx.account));
    if (!account || account->find_key(tx.kid) == nullptr) {
        return std::optional{TxError::unknown_account};
    }
    return std::optional<TxError>{};
}

}  // namespace ropenet::execution
