// Who waits for which tx, and until when.
//
// Threads: none of its own; the owner's lock guards it. Taken waiters are called after the lock is
// released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "admission/answer.hpp"
#include "admission/id_hash.hpp"
#include "base/bytes.hpp"

namespace ropenet::admission {

struct Waiter {
    Hash32 tx_id{};
    bool duplicate = false;  // joined a tx that was pending already
    std::int64_t deadline_ms = 0;
    Callback done;
};

class Waiters {
  public:
    void add(Waiter waiter);

    std::vector<Waiter> take_of(const Hash32& tx_id);
    /// Those with deadline_ms <= now_ms, in the order of their deadlines.
    std::vector<Waiter> take_due(std::int64_t now_ms);
    std::vector<Waiter> take_all();

    std::optional<std::int64_t> next_deadline() const;
    std::size_t size() const { return waiters_.size(); }

  private:
    struct Key {
        std::int64_t deadline_ms = 0;
        std::uint64_t ticket = 0;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    std::map<Key, Waiter> waiters_;
    std::unordered_map<Hash32, std::vector<Key>, IdHash> of_tx_;
    std::uint64_t tickets_ = 0;
};

}  // namespace ropenet::admission
