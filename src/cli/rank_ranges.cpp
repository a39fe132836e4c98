#include "cli/rank_ranges.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace pyprof::cli {

std::optional<RankRanges> rank_ranges(const std::string& text) {
    RankRanges ranges;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        int first = 0;
        auto parsed = std::from_chars(at, end, first);
        if (parsed.ec != std::errc{} || first < 0) return std::nullopt;
        int last = first;
        if (parsed.ptr != end && *parsed.ptr == '-') {
            const char* const behind = parsed.ptr + 1;
            const bool is_open = behind == end || *behind == ',';
            last = std::numeric_limits<int>::max();
            parsed = is_open ? std::from_chars_result{behind, std::errc{}} : std::from_chars(behind, end, last);
            if (parsed.ec != std::errc{} || last < first) return std::nullopt;
        }
        ranges.emplace_back(first, last);
        if (parsed.ptr == end) return ranges;
        if (*parsed.ptr != ',') return std::nullopt;
        at = parsed.ptr + 1;
    }
}

bool has_rank(const RankRanges& ranges, int rank) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [rank](const auto& range) { return range.first <= rank && rank <= range.second; });
}

}  // namespace pyprof::cli
