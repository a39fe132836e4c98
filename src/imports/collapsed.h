#pragma once
// Collapsed stacks: one line a stack, "frame;frame;frame VALUE", outermost first (Brendan Gregg's stackcollapse
// programs). Frames are names, "name (file:line)" (pyprof, py-spy) or "file:name:line" (Austin 3 and the
// profiling.sampling of CPython 3.15, Lib/profiling/sampling/stack_collector.py). Leading frames "tid:N" and
// "P<pid>;T<interpreter>:<tid>" are threads.
#include <string>
#include <string_view>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::imports {

// What the values of the lines are, which the format does not say.
struct CollapsedUnits {
    std::string unit;  // "count", "ns", "us", "ms", "s"; empty: what the file's header says, else count
    std::string mode;  // "cpu" or "wall", of times; empty: what the header says, else wall
};

// The text is not trusted. An error names the line and what a line is.
Result<profile::Profile> read_collapsed(std::string_view text, const CollapsedUnits& units);

}  // namespace pyprof::imports
