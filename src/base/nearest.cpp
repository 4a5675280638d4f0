#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

namespace ropenet {
namespace {

constexpr std::size_t kLettersMax = 3;

/// How many letters must change to make one word the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_word(std::string_view word, std::span<const std::string> known) {
    std::string best;
    std::size_t best_distance = kLettersMax + 1;
    for (const std::string& candidate : known) {
        const std::size_t one = distance(word, candidate);
        if (one < best_distance) {
            best = candidate;
            best_distance = one;
        }
    }
    return best;
}

}  // namespace ropenet
