#pragma once
// Collapsed stacks: one line per stack, "frame;frame;frame WEIGHT", outermost first. Read by flamegraph.pl, inferno,
// speedscope and the Firefox Profiler. docs/formats/collapsed.md
#include <string>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// Weights are those of the profile's first metric (nanoseconds). Values without a stack are the frame "(no stack)".
std::string collapsed(const profile::Profile& profile, Granularity granularity);

}  // namespace pyprof::formats
