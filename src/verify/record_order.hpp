// The rules that records obey in the order of a log (docs/spec/record.md).
//
// Inside this module: a log and an export are held to the same ones. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/record.hpp"

namespace ropenet::verify {

/// Where a log is read from: at its first record, or inside it (an export that begins later).
class RecordOrder {
  public:
    explicit RecordOrder(std::string origin, std::uint64_t from = 0)
        : origin_{std::move(origin)}, index_{from}, begun_{from == 0} {}

    /// Empty if the record may stand next; otherwise the reason.
    std::string_view next(const Record& record);

    bool closed() const { return closed_; }
    std::uint64_t height() const { return height_; }
    std::uint64_t tx_count() const { return tx_ids_.size(); }
    bool has_duplicate();

  private:
    std::string_view order_fault(const Record& record, const BlockRecord* block) const;

    std::string origin_;
    std::uint64_t index_;
    bool begun_;  // what stood before the next record is known
    std::uint64_t height_ = 0;
    std::int64_t time_ms_ = 0;
    std::uint64_t in_block_ = 0;
    bool closed_ = false;  // the last record was a block record
    std::vector<Hash32> tx_ids_;
};

}  // namespace ropenet::verify
