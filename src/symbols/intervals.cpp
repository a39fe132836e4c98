#include "symbols/intervals.h"

#include <set>
#include <tuple>

namespace pyprof::symbols {
namespace {

struct Border {
    std::uint64_t address;
    bool opens;
    std::uint32_t interval;
};

// Orders the open intervals so that the winner comes first.
struct Rank {
    std::span<const Interval> intervals;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
        const auto key = [this](std::uint32_t i) {
            const Interval& interval = intervals[i];
            return std::tuple{~interval.depth, interval.end - interval.begin, i};
        };
        return key(a) < key(b);
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
    std::set<std::uint32_t, Rank> open{Rank{intervals}};
    std::vector<Segment> segments;
    segments.reserve(borders.size());
    for (std::size_t i = 0; i < borders.size(); i++) {
        if (i > 0 && !open.empty() && borders[i - 1].address < borders[i].address) {
            append(segments, {borders[i - 1].address, borders[i].address, intervals[*open.begin()].value});
        }
        if (borders[i].opens) {
            open.insert(borders[i].interval);
        } else {
            open.erase(borders[i].interval);
        }
    }
    return segments;
}

}  // namespace pyprof::symbols
