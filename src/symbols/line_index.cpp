#include "symbols/line_index.h"

#include <algorithm>

namespace pyprof::symbols {
namespace {

bool is_slice(std::uint32_t begin, std::uint32_t end, std::size_t size) { return begin <= end && end <= size; }

bool is_good(const LineIndex& index, const Unit& unit) {
    return is_slice(unit.rows_begin, unit.rows_end, index.rows.size()) &&
           is_slice(unit.segments_begin, unit.segments_end, index.segments.size());
}

}  // namespace

bool is_consistent(const LineIndex& index) {
    const auto refers_below = [](std::size_t limit) {
        return [limit](const Segment& segment) { return segment.value < limit; };
    };
    for (std::size_t i = 0; i < index.scopes.size(); i++) {
        const Scope& scope = index.scopes[i];
        if (scope.function >= index.functions.size()) return false;
        if (scope.parent != no_index && scope.parent >= i) return false;
    }
    return std::all_of(index.unit_ranges.begin(), index.unit_ranges.end(), refers_below(index.units.size())) &&
           std::all_of(index.segments.begin(), index.segments.end(), refers_below(index.scopes.size())) &&
           std::all_of(index.units.begin(), index.units.end(), [&](const Unit& unit) { return is_good(index, unit); });
}

}  // namespace pyprof::symbols
