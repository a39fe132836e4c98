#include "symbols/intervals.h"

#include <queue>
#include <tuple>

namespace pyprof::symbols {
namespace {

struct Border {
    std::uint64_t address;
    bool opens;
    std::uint32_t interval;
};

// Orders the open intervals so that the winner comes last, which is first out of a priority queue.
struct IsWorse {
    std::span<const Interval> intervals;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
        const auto key = [this](std::uint32_t i) {
            const Interval& interval = intervals[i];
            return std::tuple{~interval.depth, interval.end - interval.begin, i};
        };
        return key(a) > key(b);
    }
};

std::vector<Border> borders_of(std::span<const Interval> intervals) {
    std::vector<Border> borders;
    borders.reserve(intervals.size() * 2);
    for (std::uint32_t i = 0; i < intervals.size(); i++) {
        if (intervals[i].begin >= intervals[i].end) continue;
        borders.push_back({intervals[i].begin, true, i});
        borders.push_back({intervals[i].end, false, i});
    }
    std::sort(borders.begin(), borders.end(), [](const Border& a, const Border& b) { return a.address < b.address; });
    return borders;
}

void append(std::vector<Segment>& segments, const Segment& segment) {
    const bool joins =
        !segments.empty() && segments.back().end == segment.begin && segments.back().value == segment.value;
    if (joins) {
        segments.back().end = segment.end;
    } else {
        segments.push_back(segment);
    }
}

}  // namespace

std::vector<Segment> flatten(std::span<const Interval> intervals) {
    const std::vector<Border> borders = borders_of(intervals);
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, IsWorse> open{IsWorse{intervals}};
    std::vector<Segment> segments;
    segments.reserve(borders.size());
    std::uint64_t at = 0;  // what lies below has its segments
    for (const Border& border : borders) {
        while (!open.empty() && intervals[open.top()].end <= at) open.pop();
        if (!open.empty() && at < border.address) append(segments, {at, border.address, intervals[open.top()].value});
        at = border.address;
        if (border.opens) open.push(border.interval);
    }
    return segments;
}

}  // namespace pyprof::symbols
