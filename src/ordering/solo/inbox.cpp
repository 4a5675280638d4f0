#include "ordering/solo/inbox.hpp"

#include <algorithm>
#include <iterator>

namespace ropenet::ordering {

bool Inbox::try_push(Bytes tx) {
    {
        const MutexLock lock{mutex_};
        if (closed_ || txs_.size() >= limits_.txs_max) return false;
        if (bytes_ + tx.size() > limits_.bytes_max) return false;
        bytes_ += tx.size();
        txs_.push_back(std::move(tx));
    }
    arrived_.notify_one();
    return true;
}

std::vector<Bytes> Inbox::wait_block(InboxLimits block) {
    const MutexLock lock{mutex_};
    while (txs_.empty() && !closed_)
        arrived_.wait(mutex_);
    if (closed_) return {};
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < txs_.size() && count < block.txs_max) {
        // A block takes at least one tx: admission lets none in that is larger than a block.
        if (count > 0 && bytes + txs_[count].size() > block.bytes_max) break;
        bytes += txs_[count].size();
        ++count;
    }
    const auto end = txs_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Bytes> out(std::make_move_iterator(txs_.begin()), std::make_move_iterator(end));
    txs_.erase(txs_.begin(), end);
    bytes_ -= bytes;
    return out;
}

void Inbox::close() {
    {
        const MutexLock lock{mutex_};
        closed_ = true;
    }
    arrived_.notify_all();
}

}  // namespace ropenet::ordering
