#include "execution/read_access.hpp"

namespace ropenet::execution {

ReadDecision may_read(const state::Reader&, const std::optional<AccountId>&, const ReadObject&) {
    return ReadDecision::allowed;
}

}  // namespace ropenet::execution
