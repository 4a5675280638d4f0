// The rules of native contracts and of the platform: id, statement, basis, and what would pass.
//
// A contract refuses by rule id. The words here are what API and CLI show; the digest of each
// native contract's table stands in genesis (key 9), so a rope says which words it began with.
// Pure; any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace ropenet::system {

struct Rule {
    std::string_view id;
    std::string_view statement_en;
    std::string_view statement_zh;
    std::string_view basis;  // law and article, or "ours"
    std::string_view would_pass_en;
    std::string_view would_pass_zh;
};

/// All rules, sorted by id.
std::span<const Rule> rules();
/// Null for a rule that no native contract or platform check has.
const Rule* find_rule(std::string_view id);

/// Native contract id -> SHA-256 of its manifest (deterministic CBOR of actions and rules).
std::map<std::string, Hash32> native_manifests();

}  // namespace ropenet::system
