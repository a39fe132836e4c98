#pragma once
// Stacks of what cProfile counted. Its files have pairs of caller and callee, no stacks: a function's time is divided
// between its callers as cProfile divided it, and what it calls in the same proportion (as gprof does; Graham, Kessler,
// McKusick 1982). Exclusive times of functions are exact, contexts are estimates.
#include "base/result.h"
#include "profile/profile.h"
#include "tracers/cprofile.h"

namespace pyprof::imports {

inline constexpr std::size_t most_estimated_contexts = 200'000;

// Times are of the wall clock, and stand on no samples.
Result<profile::Profile> from_cprofile(const tracers::CallStatistics& statistics);

}  // namespace pyprof::imports
