#include "system/contract.hpp"

#include <array>

#include "system/accounts.hpp"
#include "system/evidence.hpp"

namespace ropenet::system {
namespace {

struct NativeAction {
    std::string_view contract;
    std::string_view action;
    Result<Answer> (*run)(state::Overlay&, const Call&);
};

constexpr std::array kActions = {
    NativeAction{kAccountsId, "add_key", add_key},
    NativeAction{kAccountsId, "register", register_account},
    NativeAction{kEvidenceId, "attest", attest},
    NativeAction{kEvidenceId, "deposit", deposit},
};

}  // namespace

Result<Answer> call_native(state::Overlay& state, const Call& call) {
    for (const NativeAction& entry : kActions) {
        if (entry.contract == call.contract && entry.action == call.action) {
            return entry.run(state, call);
        }
    }
    return Answer{refuse("platform.unknown_action")};
}

}  // namespace ropenet::system
