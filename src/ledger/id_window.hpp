// The ids of recorded transactions whose expiry has not passed.
//
// Later an id needs no memory: its tx is refused as expired. Rebuilt at open from the blocks of the
// last kTxLifetimeMsMax. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "concurrency/mutex.hpp"
#include "execution/execute.hpp"

namespace ropenet::ledger {

class IdWindow final : public execution::RecordedIds {
  public:
    bool contains(const Hash32& tx_id) const override ROPE_EXCLUDES(mutex_);
    void insert(const Hash32& tx_id, std::int64_t expires_at_ms) ROPE_EXCLUDES(mutex_);
    /// Forgets what expired before `time_ms`.
    void forget_before(std::int64_t time_ms) ROPE_EXCLUDES(mutex_);
    std::size_t size() const ROPE_EXCLUDES(mutex_);

  private:
    struct Hasher {
        // A tx_id is a SHA-256 digest: any eight bytes of it are a hash.
        std::size_t operator()(const Hash32& id) const;
    };

    mutable Mutex mutex_;
    std::unordered_map<Hash32, std::int64_t, Hasher> expiry_of_ ROPE_GUARDED_BY(mutex_);
    std::map<std::int64_t, std::vector<Hash32>> by_second_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::ledger
