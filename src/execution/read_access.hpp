// May this caller read this object? Every read handler asks; nothing is served without an answer.
//
// Data of a rope are public or restricted by class in the manifest of their contract. Native
// contracts hold public data alone, so today every answer is `allowed`; handlers already act on
// `denied`. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "state/state_view.hpp"
#include "types/names.hpp"

namespace ropenet::execution {

enum class ObjectKind : std::uint8_t {
    rope,  // heights, roots, checkpoint
    block,
    record,       // a leaf and its proof
    transaction,  // a tx with its args and outcome
    bundle,
    state_value,
    list,      // a page of transactions or entries
    log_file,  // checkpoint and tiles
};

struct ReadObject {
    ObjectKind kind = ObjectKind::rope;
    std::string_view contract;  // empty where the object belongs to no contract
    BytesView key;              // state values: the full key
};

enum class ReadDecision : std::uint8_t { allowed, denied };

/// `caller` is absent for a reader who has not said who he is.
ReadDecision may_read(const state::Reader& state, const std::optional<AccountId>& caller,
                      const ReadObject& object);

}  // namespace ropenet::execution
