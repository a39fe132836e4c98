#pragma once
// Overlapping address intervals made into a sorted list without overlaps, for binary search.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pyprof::symbols {

struct Interval {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;    // one past the last
    std::uint32_t depth = 0;  // where intervals overlap, the deepest wins, then the shortest, then the first
    std::uint32_t value = 0;
};

// A stretch in which one interval wins.
struct Segment {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint32_t value = 0;
    std::uint32_t reserved = 0;  // no padding with chance contents in a saved index
};

// Sorted by address, neighbours of the same value joined. Empty intervals are left out. O(n log n).
std::vector<Segment> flatten(std::span<const Interval> intervals);

// The element of `sorted` (by begin, not overlapping) whose [begin, end) holds `address`, or null.
template <class T>
const T* find_range(std::span<const T> sorted, std::uint64_t address) {
    const auto after = std::upper_bound(sorted.begin(), sorted.end(), address,
                                        [](std::uint64_t a, const T& element) { return a < element.begin; });
    if (after == sorted.begin()) return nullptr;
    const T& candidate = *std::prev(after);
    return address < candidate.end ? &candidate : nullptr;
}

}  // namespace pyprof::symbols
