#include "base/similar_word.h"

#include <algorithm>
#include <numeric>

namespace pyprof {
namespace {

// V. Levenshtein's distance: letters to insert, leave out or replace, row by row.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); i++) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); j++) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string similar_word(const std::string& word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 64;
    if (word.size() > longest) return "";
    std::string best;
    std::size_t least = std::min<std::size_t>(3, (word.size() + 1) / 2);
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= least) continue;
        least = distance;
        best = candidate;
    }
    return best;
}

}  // namespace pyprof
