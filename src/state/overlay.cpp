#include "state/overlay.hpp"

namespace ropenet::state {

Result<std::optional<Bytes>> Overlay::find(BytesView full_key) const {
    const auto it = changes_.find(to_bytes(full_key));
    if (it != changes_.end()) return it->second;
    return base_.find(full_key);
}

void Overlay::absorb(Overlay&& upper) {
    for (auto& [key, value] : upper.changes_)
        changes_[key] = std::move(value);
    upper.changes_.clear();
}

}  // namespace ropenet::state
