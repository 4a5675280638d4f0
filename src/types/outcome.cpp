#include "types/outcome.hpp"

#include <algorithm>

#include "codec/cbor.hpp"
#include "crypto/hash.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet {
namespace {

using cbor::CborError;

constexpr std::uint64_t kCodeMax = 3;

std::size_t field_count(const Outcome& outcome) {
    return 2U + (outcome.rule.empty() ? 0U : 1U) + (outcome.events.empty() ? 0U : 1U) +
           (outcome.output.empty() ? 0U : 1U);
}

// CBOR orders text keys by length first; std::map by bytes.
std::vector<std::pair<std::string_view, std::string_view>> in_cbor_order(
    const std::map<std::string, std::string>& attributes) {
    std::vector<std::pair<std::string_view, std::string_view>> out(attributes.begin(),
                                                                   attributes.end());
    std::ranges::sort(out, [](const auto& a, const auto& b) {
        if (a.first.size() != b.first.size()) return a.first.size() < b.first.size();
        return a.first < b.first;
    });
    return out;
}

void encode_event(cbor::Encoder& out, const Event& event) {
    out.array(2).text(event.name).map(event.attributes.size());
    for (const auto& [key, value] : in_cbor_order(event.attributes))
        out.text(key).text(value);
}

Expected<Event, CborError> decode_event(cbor::Decoder& in) {
    ROPE_TRY(const std::size_t count, in.array());
    if (count != 2) return Unexpected{CborError::unexpected_type};
    ROPE_TRY(const std::string_view name, in.text());
    Event event{.name = std::string{name}, .attributes = {}};
    ROPE_TRY(const std::size_t attributes, in.map());
    for (std::size_t i = 0; i < attributes; ++i) {
        ROPE_TRY(const std::string_view key, in.text());
        ROPE_TRY(const std::string_view value, in.text());
        event.attributes.emplace(key, value);
    }
    return event;
}

Expected<std::vector<Event>, CborError> decode_events(cbor::Decoder& in) {
    std::vector<Event> events;
    ROPE_TRY(const std::size_t count, in.array());
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY(Event event, decode_event(in));
        events.push_back(std::move(event));
    }
    return events;
}

Expected<Outcome, CborError> decode_fields(BytesView bytes) {
    cbor::Decoder in{bytes};
    ROPE_TRY(cbor::MapReader map, in.fields());
    Outcome outcome;
    ROPE_DO(map.require(1));
    ROPE_TRY(const std::uint64_t code, in.uint());
    if (code > kCodeMax) return Unexpected{CborError::out_of_range};
    outcome.code = static_cast<OutcomeCode>(code);
    if (map.next_is(2)) {
        ROPE_DO(map.require(2));
        ROPE_TRY(outcome.rule, in.text());
    }
    ROPE_DO(map.require(3));
    ROPE_TRY(outcome.gas_used, in.uint());
    if (map.next_is(4)) {
        ROPE_DO(map.require(4));
        ROPE_TRY(outcome.events, decode_events(in));
        if (outcome.events.empty()) return Unexpected{CborError::missing_key};
    }
    if (map.next_is(5)) {
        ROPE_DO(map.require(5));
        ROPE_TRY(const BytesView output, in.bytes());
        if (output.empty()) return Unexpected{CborError::missing_key};
        outcome.output = to_bytes(output);
    }
    ROPE_DO(map.finish());
    ROPE_DO(in.end());
    return outcome;
}

}  // namespace

Bytes encode_outcome(const Outcome& outcome) {
    cbor::Encoder out;
    out.map(field_count(outcome));
    out.uint(1).uint(static_cast<std::uint64_t>(outcome.code));
    if (!outcome.rule.empty()) out.uint(2).text(outcome.rule);
    out.uint(3).uint(outcome.gas_used);
    if (!outcome.events.empty()) {
        out.uint(4).array(outcome.events.size());
        for (const Event& event : outcome.events)
            encode_event(out, event);
    }
    if (!outcome.output.empty()) out.uint(5).bytes(outcome.output);
    return std::move(out).take();
}

Expected<Outcome, OutcomeError> decode_outcome(BytesView bytes) {
    auto decoded = decode_fields(bytes);
    if (!decoded) {
        switch (decoded.error()) {
            case CborError::out_of_range:
                return Unexpected{OutcomeError::code};
            case CborError::missing_key:
                return Unexpected{OutcomeError::empty_field};
            default:
                return Unexpected{OutcomeError::malformed};
        }
    }
    const bool refused = decoded->code == OutcomeCode::refused;
    if (refused != !decoded->rule.empty()) return Unexpected{OutcomeError::rule};
    if (refused && !is_rule_id(decoded->rule)) return Unexpected{OutcomeError::rule};
    if (decoded->gas_used > kIntegerMax) return Unexpected{OutcomeError::gas};
    return *std::move(decoded);
}

Hash32 outcome_digest(const Outcome& outcome) {
    return crypto::sha256(encode_outcome(outcome));
}

bool is_rule_id(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return false;
    return is_contract_id(text.substr(0, dot)) && is_action_name(text.substr(dot + 1));
}

}  // namespace ropenet
