#include "symbols/intervals.h"

#include <random>

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

// The winner at one address, asked of every interval: slow and obviously right.
const Interval* winner_at(std::span<const Interval> intervals, std::uint64_t address) {
    const Interval* best = nullptr;
    for (const Interval& interval : intervals) {
        if (address < interval.begin || address >= interval.end) continue;
        const bool deeper = best == nullptr || interval.depth > best->depth;
        const bool shorter =
            best != nullptr && interval.depth == best->depth && interval.end - interval.begin < best->end - best->begin;
        if (deeper || shorter) best = &interval;
    }
    return best;
}

TEST_CASE("of nested intervals the innermost is found") {
    const std::vector<Interval> intervals{{10, 100, 0, 1}, {20, 50, 1, 2}, {30, 40, 2, 3}};
    const std::vector<Segment> segments = flatten(intervals);
    CHECK(find_range<Segment>(segments, 9) == nullptr);
    CHECK(find_range<Segment>(segments, 10)->value == 1);
    CHECK(find_range<Segment>(segments, 29)->value == 2);
    CHECK(find_range<Segment>(segments, 39)->value == 3);
    CHECK(find_range<Segment>(segments, 40)->value == 2);
    CHECK(find_range<Segment>(segments, 99)->value == 1);
    CHECK(find_range<Segment>(segments, 100) == nullptr);
}

TEST_CASE("random intervals give the same winners as asking every interval") {
    std::mt19937 random{GENERATE(1U, 2U, 3U, 4U)};
    std::vector<Interval> intervals;
    for (std::uint32_t i = 0; i < 200; i++) {
        const std::uint64_t begin = random() % 900;
        intervals.push_back({begin, begin + random() % 100, static_cast<std::uint32_t>(random() % 3), i});
    }
    const std::vector<Segment> segments = flatten(intervals);
    std::uint64_t last_end = 0;
    for (const Segment& segment : segments) {
        CHECK(segment.begin >= last_end);
        CHECK(segment.begin < segment.end);
        last_end = segment.end;
    }
    for (std::uint64_t address = 0; address < 1010; address++) {
        CAPTURE(address);
        const Interval* expected = winner_at(intervals, address);
        const Segment* found = find_range<Segment>(segments, address);
        REQUIRE((found == nullptr) == (expected == nullptr));
        if (found != nullptr) CHECK(found->value == expected->value);
    }
}

}  // namespace
}  // namespace pyprof::symbols
