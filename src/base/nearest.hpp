// The word that somebody probably meant: for unknown keys, verbs and options. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ropenet {

/// Empty when none differs by at most three letters (Levenshtein).
std::string nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace ropenet
