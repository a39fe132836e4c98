#pragma once
// "Did you mean …?"
#include <string>
#include <vector>

namespace pyprof {

// The candidate that `word` is most probably a slip of: at most two letters inserted, left out or replaced, and fewer
// than half of the word's. Empty if none is that close.
std::string similar_word(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace pyprof
