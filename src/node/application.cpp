#include "node/application.hpp"

#include "types/outcome.hpp"

namespace ropenet::node {
namespace {

/// What a restart must execute again stays small; memory limits may flush earlier.
constexpr std::int64_t kFlushEveryMs = 60'000;

/// Codes of the engine's seam: an outcome's code, or 100 + the reason there is no record.
std::uint32_t code_of(const execution::TxResult& result) {
    if (const auto* recorded = std::get_if<execution::Recorded>(&result)) {
        return static_cast<std::uint32_t>(recorded->outcome.code);
    }
    return 100U + static_cast<std::uint32_t>(std::get<TxError>(result));
}

}  // namespace

ordering::ApplicationInfo RopeApplication::info() {
    const auto at = ledger_.reader().latest()->at();
    return {.height = at.height, .time_unix_ms = at.time_ms};
}

ordering::Verdict RopeApplication::check_tx(BytesView tx) {
    const auto checked = admission_.checked(tx);
    return checked && *checked ? ordering::Verdict::accept : ordering::Verdict::reject;
}

Result<ordering::FinalizedBlock> RopeApplication::finalize_block(
    const ordering::DecidedBlock& block) {
    std::vector<execution::CheckedTx> txs;
    txs.reserve(block.txs.size());
    for (const Bytes& tx : block.txs) {
        ROPE_TRY(execution::CheckedTx checked, admission_.checked(tx));
        txs.push_back(std::move(checked));
    }
    ROPE_TRY(const auto results, ledger_.finalize(block.height, block.time_unix_ms, txs));
    ordering::FinalizedBlock out;
    for (const auto& result : results)
        out.tx_codes.push_back(code_of(result));
    return out;
}

Result<void> RopeApplication::commit() {
    if (failure_.failed()) return fail(ErrorCode::io, "the node stopped after an error");
    ROPE_DO(ledger_.commit());
    return flush_when_due();
}

Result<void> RopeApplication::flush_when_due() {
    const std::int64_t now_ms = clock_.steady_ms();
    if (flushed_ms_ == 0) flushed_ms_ = now_ms;
    if (now_ms - flushed_ms_ < kFlushEveryMs) return {};
    flushed_ms_ = now_ms;
    return ledger_.flush();
}

}  // namespace ropenet::node
