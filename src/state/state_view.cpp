#include "state/state_view.hpp"

#include <algorithm>

namespace ropenet::state {

Bytes full_key(std::string_view contract, std::string_view key) {
    Bytes out;
    out.reserve(contract.size() + 1 + key.size());
    append(out, view_of(contract));
    out.push_back(0);
    append(out, view_of(key));
    return out;
}

std::vector<merkle::TreeChange> tree_changes(const StateDiff& diff) {
    std::vector<merkle::TreeChange> out;
    out.reserve(diff.size());
    for (const auto& [key, value] : diff) {
        out.push_back(merkle::change_of(key, value));
    }
    std::ranges::sort(out, {}, &merkle::TreeChange::key);
    return out;
}

}  // namespace ropenet::state
