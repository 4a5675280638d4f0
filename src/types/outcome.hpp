// What a tx did: code, rule, gas, events, output. Part of the log through its digest.
//
//   outcome = { 1: code, ? 2: rule id, 3: gas_used, ? 4: [+ [name, {tstr: tstr}]], ? 5: output bstr
//   }
//
// Format: docs/spec/outcome.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

/// Part of the log: append only, never renumber.
enum class OutcomeCode : std::uint8_t { applied = 0, refused = 1, out_of_gas = 2, trap = 3 };

struct Event {
    std::string name;
    std::map<std::string, std::string> attributes;

    friend bool operator==(const Event&, const Event&) = default;
};

struct Outcome {
    OutcomeCode code = OutcomeCode::applied;
    std::string rule;  // exactly with code refused
    std::uint64_t gas_used = 0;
    std::vector<Event> events;
    Bytes output;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

enum class OutcomeError : std::uint8_t { malformed, code, rule, empty_field, gas };

Bytes encode_outcome(const Outcome& outcome);
Expected<Outcome, OutcomeError> decode_outcome(BytesView bytes);

/// SHA-256 of the encoding.
Hash32 outcome_digest(const Outcome& outcome);

/// `<contract>.<noun_phrase>`, for example `evidence.exists`.
bool is_rule_id(std::string_view text);

}  // namespace ropenet
