#include "ledger/row_reader.hpp"

#include "ledger/chunks.hpp"

namespace ropenet::ledger {
namespace {

Unexpected<Error> damaged(std::uint64_t index) {
    return fail(ErrorCode::corrupt, "state store: transaction row " + std::to_string(index) +
                                        " is not readable; run `ropenet node repair`");
}

}  // namespace

Result<std::optional<TxRow>> RowReader::at(std::uint64_t index) {
    if (!holds(index)) {
        count_ = 0;
        cursor_.seek_for_prev(be64_key(index));
        if (!cursor_.valid()) {
            ROPE_DO(cursor_.status());
            return std::optional<TxRow>{};
        }
        const auto count = item_count(cursor_.value());
        if (cursor_.key().size() != 8 || !count) return damaged(index);
        first_ = be64_of(cursor_.key());
        count_ = *count;
        if (!holds(index)) return std::optional<TxRow>{};
    }
    const auto item = item_at(cursor_.value(), index - first_);
    auto row = item ? decode_row(*item) : std::nullopt;
    if (!row) return damaged(index);
    return row;
}

}  // namespace ropenet::ledger
