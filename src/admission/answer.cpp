#include "admission/answer.hpp"

#include <utility>

namespace ropenet::admission {

std::string_view name_of(TxStatus status) {
    switch (status) {
        case TxStatus::unknown:
            return "unknown";
        case TxStatus::pending:
            return "pending";
        case TxStatus::committed:
            return "committed";
        case TxStatus::refused:
            return "refused";
        case TxStatus::rejected:
            return "rejected";
        case TxStatus::expired:
            return "expired";
    }
    return "unknown";
}

std::string_view name_of(Refused refused) {
    switch (refused) {
        case Refused::full:
            return "queue.full";
        case Refused::account_share:
            return "quota.pending";
        case Refused::refusal_quota:
            return "quota.refusals";
        case Refused::id_window_full:
            return "queue.id_window";
        case Refused::stopping:
            return "queue.stopping";
        case Refused::clock:
            return "clock";
        case Refused::storage:
            return "storage";
    }
    return "queue.full";
}

TxAnswer answer_of(const Hash32& tx_id, RecordedTx recorded, bool duplicate) {
    const bool applied = recorded.outcome.code == OutcomeCode::applied;
    return TxAnswer{.tx_id = tx_id,
                    .status = applied ? TxStatus::committed : TxStatus::refused,
                    .recorded = std::move(recorded),
                    .duplicate = duplicate,
                    .error = std::nullopt};
}

}  // namespace ropenet::admission
