#pragma once
// Several profiles as one.
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

// Equal functions, lines and contexts become one; processes and threads stay apart, so totals are sums. The run is
// described by the first profile; profiles with another first metric are left out, which a note says. Percentiles of
// the handler's time cannot be joined: the largest stand.
Profile join(const std::vector<Profile>& profiles);

}  // namespace pyprof::profile
