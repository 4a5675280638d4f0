#include "ledger/id_window.hpp"

#include <cstring>

namespace ropenet::ledger {
namespace {

constexpr std::int64_t kSecondMs = 1'000;

}  // namespace

std::size_t IdWindow::Hasher::operator()(const Hash32& id) const {
    std::size_t out = 0;
    std::memcpy(&out, id.data(), sizeof out);
    return out;
}

bool IdWindow::contains(const Hash32& tx_id) const {
    const MutexLock lock{mutex_};
    return expiry_of_.contains(tx_id);
}

void IdWindow::insert(const Hash32& tx_id, std::int64_t expires_at_ms) {
    const MutexLock lock{mutex_};
    if (!expiry_of_.emplace(tx_id, expires_at_ms).second) return;
    by_second_[expires_at_ms / kSecondMs].push_back(tx_id);
}

void IdWindow::forget_before(std::int64_t time_ms) {
    const MutexLock lock{mutex_};
    while (!by_second_.empty() && by_second_.begin()->first < time_ms / kSecondMs) {
        for (const Hash32& id : by_second_.begin()->second)
            expiry_of_.erase(id);
        by_second_.erase(by_second_.begin());
    }
}

std::size_t IdWindow::size() const {
    const MutexLock lock{mutex_};
    return expiry_of_.size();
}

}  // namespace ropenet::ledger
