// What a verifier says: one verdict, and every check behind it with words for people.
//
// Check names are stable (scripts read them); details are sentences and may change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

struct Verdict {
    VerdictKind kind = VerdictKind::invalid;
    std::vector<Check> checks;
};

/// 0 valid, 7 consistent but origin not established, 8 invalid.
int exit_code_of(VerdictKind kind);
/// `valid, signer trusted by you`, `consistent, origin not established`, `invalid`.
std::string_view text_of_verdict(VerdictKind kind);
std::string_view text_zh_of_verdict(VerdictKind kind);
/// `valid`, `consistent`, `invalid`.
std::string_view code_of_verdict(VerdictKind kind);

}  // namespace ropenet::verify
