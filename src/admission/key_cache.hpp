// Parsed public keys by kid: parsing one costs a quarter of a signature check.
//
// A kid is the hash of its key, so what is cached can never be wrong, only unused. Whether an
// account holds a key is for the state to say. Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>

#include "admission/id_hash.hpp"
#include "base/bytes.hpp"
#include "concurrency/mutex.hpp"
#include "crypto/public_key.hpp"

namespace ropenet::admission {

class KeyCache {
  public:
    explicit KeyCache(std::size_t keys_max) : keys_max_{keys_max} {}

    std::optional<crypto::PublicKey> find(const Hash32& kid) const ROPE_EXCLUDES(mutex_);
    /// Forgets the key that came first when full.
    void put(const crypto::PublicKey& key) ROPE_EXCLUDES(mutex_);
    std::size_t size() const ROPE_EXCLUDES(mutex_);

  private:
    const std::size_t keys_max_;
    mutable Mutex mutex_;
    std::unordered_map<Hash32, crypto::PublicKey, IdHash> keys_ ROPE_GUARDED_BY(mutex_);
    std::deque<Hash32> in_order_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::admission
