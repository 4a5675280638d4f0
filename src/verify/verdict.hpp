// What a verifier says: one verdict, and every check behind it with words for people.
//
// Check names are stable (scripts read them); details are sentences and may change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/timestamp_token.hpp"

namespace ropenet::verify {

enum class VerdictKind : std::uint8_t { valid, consistent, invalid };

struct Check {
    std::string name;  // snake_case
    bool ok = false;
    bool checked = true;  // false: there was nothing to check it against; ok is false then
    std::string detail;
    std::string detail_zh;

    friend bool operator==(const Check&, const Check&) = default;
};

/// What became of timestamp.tsr.
enum class TimestampState : std::uint8_t {
    absent,
    ok,       // by an authority that keys.txt lists, or under the CA that the verifier was given
    foreign,  // right in itself; whose authority it is was not established
    invalid,
};

struct TimestampVerdict {
    TimestampState state = TimestampState::absent;
    crypto::TimestampFacts facts;  // of ok and foreign
};

struct Verdict {
    VerdictKind kind = VerdictKind::invalid;
    std::vector<Check> checks;
    TimestampVerdict timestamp;
};

/// 0 valid, 7 consistent but origin not established, 8 invalid.
int exit_code_of(VerdictKind kind);
/// `valid, signer trusted by you`, `consistent, origin not established`, `invalid`.
std::string_view text_of_verdict(VerdictKind kind);
std::string_view text_zh_of_verdict(VerdictKind kind);
/// `absent`, `ok`, `foreign`, `invalid`.
std::string_view name_of(TimestampState state);
/// `valid`, `consistent`, `invalid`.
std::string_view code_of_verdict(VerdictKind kind);

}  // namespace ropenet::verify
