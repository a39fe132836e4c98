#pragma once
// Profiles made of profiles: a part of one, or a simpler view of it. The totals of what is kept stay as they are.
#include <cstdint>

#include "profile/profile.h"

namespace pyprof::profile {

// Without the interpreter's machinery, whose frames say nothing about the program: their values go to what called them.
// The garbage collector stays. Stacks of nothing but machinery become one frame "(interpreter)".
Profile without_machinery(const Profile& profile);

// Only the processes of one rank, their threads and values. Run and quality stay those of the whole run.
Profile only_rank(const Profile& profile, std::int32_t rank);

}  // namespace pyprof::profile
