#include "admission/waiters.hpp"

namespace ropenet::admission {

void Waiters::add(Waiter waiter) {
    const Key key{.deadline_ms = waiter.deadline_ms, .ticket = tickets_++};
    of_tx_[waiter.tx_id].push_back(key);
    waiters_.emplace(key, std::move(waiter));
}

std::vector<Waiter> Waiters::take_of(const Hash32& tx_id) {
    std::vector<Waiter> taken;
    const auto keys = of_tx_.find(tx_id);
    if (keys == of_tx_.end()) return taken;
    for (const Key& key : keys->second) {
        taken.push_back(std::move(waiters_.extract(key).mapped()));
    }
    of_tx_.erase(keys);
    return taken;
}

std::vector<Waiter> Waiters::take_due(std::int64_t now_ms) {
    std::vector<Waiter> taken;
    while (!waiters_.empty() && waiters_.begin()->first.deadline_ms <= now_ms) {
        const auto first = waiters_.begin();
        const auto keys = of_tx_.find(first->second.tx_id);
        std::erase(keys->second, first->first);
        if (keys->second.empty()) of_tx_.erase(keys);
        taken.push_back(std::move(first->second));
        waiters_.erase(first);
    }
    return taken;
}

std::vector<Waiter> Waiters::take_all() {
    std::vector<Waiter> taken;
    for (auto& [key, waiter] : waiters_)
        taken.push_back(std::move(waiter));
    waiters_.clear();
    of_tx_.clear();
    return taken;
}

std::optional<std::int64_t> Waiters::next_deadline() const {
    if (waiters_.empty()) return std::nullopt;
    return waiters_.begin()->first.deadline_ms;
}

}  // namespace ropenet::admission
