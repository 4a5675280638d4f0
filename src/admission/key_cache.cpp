#include "admission/key_cache.hpp"

namespace ropenet::admission {

std::optional<crypto::PublicKey> KeyCache::find(const Hash32& kid) const {
    const MutexLock lock{mutex_};
    const auto it = keys_.find(kid);
    return it == keys_.end() ? std::nullopt : std::optional{it->second};
}

void KeyCache::put(const crypto::PublicKey& key) {
    const MutexLock lock{mutex_};
    if (keys_max_ == 0 || !keys_.emplace(key.kid(), key).second) return;
    in_order_.push_back(key.kid());
    if (in_order_.size() <= keys_max_) return;
    keys_.erase(in_order_.front());
    in_order_.pop_front();
}

std::size_t KeyCache::size() const {
    const MutexLock lock{mutex_};
    return keys_.size();
}

}  // namespace ropenet::admission
