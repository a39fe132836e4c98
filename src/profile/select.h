#pragma once
// Profiles made of profiles: a part of one, or a simpler view of it. The totals of what is kept stay as they are.
#include <cstdint>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

// Without the interpreter's machinery, whose frames say nothing about the program: their values go to what called them.
// The garbage collector stays. Stacks of nothing but machinery become one frame "(interpreter)".
Profile without_machinery(const Profile& profile);

// The work of threads that never ran Python stands below the Python line that they worked for, else below the one that
// started them, both times below "[worker threads]".
Profile with_workers_joined(const Profile& profile);
// The same work as stacks of its own.
Profile with_workers_apart(const Profile& profile);

// Only the processes of one rank, their threads and values. Run and quality stay those of the whole run.
Profile only_rank(const Profile& profile, std::int32_t rank);

// The same of several ranks, given in order.
Profile only_ranks(const Profile& profile, const std::vector<std::int32_t>& ranks);

// With that measure in the place of the time, and the time among the measures, so that every list is about the measure.
Profile by_measure(const Profile& profile, std::size_t measure);

}  // namespace pyprof::profile
