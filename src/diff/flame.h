#pragma once
// The calling context trees of two runs as one, by function.
#include <cstdint>
#include <vector>

#include "diff/change.h"
#include "diff/match.h"

namespace pyprof::diff {

struct FlameNode {
    std::uint32_t parent = 0;            // smaller than its own place; node 0 is the root
    std::uint32_t pair = profile::none;  // the function, a place in the pairs
    Change self;                         // exclusive
    Change total;                        // inclusive
    double width = 0;  // the larger of both exclusive values, with the widths of what it called: room for both runs
};

struct SideOfFlame {
    const profile::Profile& profile;
    const Side& side;
    const Scale& scale;
};

// Nodes without a value in either run are not there.
std::vector<FlameNode> flame_of(const SideOfFlame& before, const SideOfFlame& after, const std::vector<Pair>& pairs);

}  // namespace pyprof::diff
