// The state of one rope after one height, read only; and what must change to reach the next.
//
// A full key is `<contract id> || 0x00 || <contract's key>`. The tree over it is the sparse Merkle
// tree of merkle/state_tree.hpp, whose ICS-23 key is SHA-256(full key) and value SHA-256(value).
//
// Errors: only storage fails here (io, corrupt); absent is normal. A view may be shared by threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "merkle/state_tree.hpp"

namespace ropenet::state {

Bytes full_key(std::string_view contract, std::string_view key);

/// Sorted by full key; absent value = erased.
using StateDiff = std::map<Bytes, std::optional<Bytes>>;

/// What can be read: a state, or a state with changes laid over it.
class Reader {
  public:
    virtual ~Reader() = default;
    virtual Result<std::optional<Bytes>> find(BytesView full_key) const = 0;
};

class StateView : public Reader {
  public:
    /// The tree after `diff`, as new nodes of version `height`. No side effects.
    virtual Result<merkle::TreeUpdate> root_after(const StateDiff& diff,
                                                  std::uint64_t height) const = 0;
};

/// The tree's own form of a diff.
std::vector<merkle::TreeChange> tree_changes(const StateDiff& diff);

}  // namespace ropenet::state
