#pragma once
// Lists of ranks as people write them: "0,4-7", "8-" (and all above).
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyprof::cli {

// First and last of each range.
using RankRanges = std::vector<std::pair<int, int>>;

// Nothing if the text is no such list.
std::optional<RankRanges> rank_ranges(const std::string& text);

bool has_rank(const RankRanges& ranges, int rank);

}  // namespace pyprof::cli
