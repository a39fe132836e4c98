#pragma once
// Who calls whom, and for how much: the calling context tree as functions with their lines and the calls between them,
// which is what formats of tracing profilers hold.
#include <cstdint>
#include <vector>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// Of every metric of the graph.
using Figures = std::vector<std::uint64_t>;

struct CallGraph {
    // functions[0] is the root, which calls the outermost frames; the others are those of the profile that have a frame
    // somewhere, equal ones once.
    struct Function {
        Frame frame;
        Figures self, total;  // exclusive; inclusive, with recursion counted once per stack
    };
    struct Line {
        std::uint32_t function = 0, line = 0;
        Figures self;
    };
    // What `callee` cost, called from a line of `caller`: what it cost itself, and with all it called. Below another
    // frame of the callee the total is 0, so that the totals of all calls of a function sum to its own.
    struct Call {
        std::uint32_t caller = 0, line = 0, callee = 0;
        Figures self, total;
    };
    std::vector<profile::Metric> metrics;  // that of the profile, samples, then each measure
    std::vector<Function> functions;
    std::vector<Line> lines;  // sorted by (function, line), only those with a figure
    std::vector<Call> calls;  // sorted by (caller, line, callee)
};

CallGraph call_graph(const profile::Profile& profile);

}  // namespace pyprof::formats
