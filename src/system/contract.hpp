// What native contracts share: the call they get and the answer they give.
//
// A native contract is a function from (state, call) to changes and an answer. It writes only into
// the overlay it is given; the caller drops that overlay when the answer is a refusal.
//
// Errors: a broken rule is a Refusal (a value, recorded); Error means that storage failed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "codec/cbor.hpp"
#include "state/overlay.hpp"
#include "types/account.hpp"
#include "types/names.hpp"
#include "types/outcome.hpp"

namespace ropenet::system {

struct Call {
    AccountId caller;
    const Account& account;  // the caller's, as it is at this tx's turn
    std::string_view contract;
    std::string_view action;
    const cbor::Value& args;
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    Hash32 tx_id{};
};

struct Applied {
    std::vector<Event> events;
    Bytes output;
};

struct Refusal {
    std::string rule;
};

using Answer = Expected<Applied, Refusal>;

inline Unexpected<Refusal> refuse(std::string_view rule) {
    return Unexpected{Refusal{std::string{rule}}};
}

/// Gas of a native action: fixed part plus a part for each byte of args (docs/spec/gas.md).
inline constexpr std::uint64_t kNativeCallGas = 1'000;
inline constexpr std::uint64_t kNativeArgByteGas = 4;

/// Runs a native contract. `platform.unknown_action` where no contract or action of that name
/// exists.
Result<Answer> call_native(state::Overlay& state, const Call& call);

}  // namespace ropenet::system
