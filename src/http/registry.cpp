#include "http/registry.hpp"

#include <utility>

namespace ropenet::http {

Registry::Entry Registry::judge(const PeerKey& peer) const {
    if (served_ >= config_.connections_max) return Entry::too_many_connections;
    const std::size_t allowed =
        peer.loopback ? config_.connections_loopback_max : config_.connections_per_address_max;
    const auto found = served_by_peer_.find(peer.text);
    const std::size_t present = found == served_by_peer_.end() ? 0 : found->second;
    return present >= allowed ? Entry::too_many_from_address : Entry::served;
}

Registry::Entry Registry::enter(const std::shared_ptr<Session>& session, const PeerKey& peer) {
    const MutexLock lock{mutex_};
    if (!open_) return Entry::turned_away;
    const Entry entry = judge(peer);
    const bool served = entry == Entry::served;
    if (!served && sessions_.size() - served_ >= kRefusalsMax) return Entry::turned_away;
    if (served) {
        ++served_;
        ++served_by_peer_[peer.text];
    }
    sessions_.emplace(session, Place{.peer = peer.text, .served = served});
    return entry;
}

void Registry::leave(const std::shared_ptr<Session>& session) {
    const MutexLock lock{mutex_};
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    if (found->second.served) {
        --served_;
        const auto peer = served_by_peer_.find(found->second.peer);
        if (peer != served_by_peer_.end() && --peer->second == 0) served_by_peer_.erase(peer);
    }
    sessions_.erase(found);
    if (sessions_.empty()) emptied_.notify_all();
}

std::size_t Registry::served() const {
    const MutexLock lock{mutex_};
    return served_;
}

std::vector<std::shared_ptr<Session>> Registry::close_doors() {
    const MutexLock lock{mutex_};
    open_ = false;
    std::vector<std::shared_ptr<Session>> present;
    present.reserve(sessions_.size());
    for (const auto& [session, place] : sessions_)
        present.push_back(session);
    return present;
}

void Registry::wait_until_empty(std::chrono::milliseconds time_max) {
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    const MutexLock lock{mutex_};
    while (!sessions_.empty()) {
        if (emptied_.wait_until(mutex_, deadline) == CondVar::Wait::timed_out) return;
    }
}

void Registry::clear() {
    std::map<std::shared_ptr<Session>, Place> gone;  // sessions die outside the lock
    const MutexLock lock{mutex_};
    gone.swap(sessions_);
    served_by_peer_.clear();
    served_ = 0;
}

}  // namespace ropenet::http
