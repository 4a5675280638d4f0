#include "verify/record_order.hpp"

#include <algorithm>

namespace ropenet::verify {

std::string_view RecordOrder::next(const Record& record) {
    if (record.origin != origin_) return "another origin";
    if (record.index != index_) return "another index";
    const auto* block = std::get_if<BlockRecord>(&record.body);
    // decode_record holds the first leaf, and it alone, to the form of a genesis record.
    const std::string_view fault =
        index_ == 0 || !begun_ ? std::string_view{} : order_fault(record, block);
    if (!fault.empty()) return fault;
    if (const auto* tx = std::get_if<TxRecord>(&record.body)) tx_ids_.push_back(tx->tx_id);
    height_ = record.height;
    time_ms_ = record.time_ms;
    in_block_ = block == nullptr ? in_block_ + 1 : 0;
    closed_ = block != nullptr;
    begun_ = true;
    ++index_;
    return {};
}

bool RecordOrder::has_duplicate() {
    std::sort(tx_ids_.begin(), tx_ids_.end());
    return std::adjacent_find(tx_ids_.begin(), tx_ids_.end()) != tx_ids_.end();
}

std::string_view RecordOrder::order_fault(const Record& record, const BlockRecord* block) const {
    if (closed_ && record.height <= height_) return "height does not rise";
    if (!closed_ && record.height != height_) return "a block without a block record";
    if (record.time_ms < time_ms_) return "time goes back";
    if (!closed_ && record.time_ms != time_ms_) return "two times in one block";
    if (block == nullptr) return {};
    if (block->record_count != in_block_) return "another number of records in the block";
    return {};
}

}  // namespace ropenet::verify
