#include "ledger/commit_signal.hpp"

#include <algorithm>
#include <utility>

namespace ropenet::ledger {

bool CommitSignal::wait(std::uint64_t log_size, Wake wake, std::optional<Ticket>& ticket) {
    const MutexLock lock{mutex_};
    if (closed_ || log_size_ > log_size) return false;
    ticket = next_++;
    waiting_.emplace(*ticket, std::move(wake));
    return true;
}

void CommitSignal::cancel(Ticket ticket) {
    Wake dropped;  // destroyed without the lock
    const MutexLock lock{mutex_};
    const auto it = waiting_.find(ticket);
    if (it == waiting_.end()) return;
    dropped = std::move(it->second);
    waiting_.erase(it);
}

void CommitSignal::announce(std::uint64_t log_size) {
    std::map<Ticket, Wake> woken;
    {
        const MutexLock lock{mutex_};
        log_size_ = std::max(log_size_, log_size);
        if (closed_) return;
        woken.swap(waiting_);
        ++running_;
    }
    for (const auto& [ticket, wake] : woken)
        wake();
    woken.clear();
    const MutexLock lock{mutex_};
    --running_;
    idle_.notify_all();
}

void CommitSignal::close() {
    std::map<Ticket, Wake> dropped;
    const MutexLock lock{mutex_};
    closed_ = true;
    dropped.swap(waiting_);
    while (running_ > 0)
        idle_.wait(mutex_);
}

std::size_t CommitSignal::waiting() const {
    const MutexLock lock{mutex_};
    return waiting_.size();
}

}  // namespace ropenet::ledger
