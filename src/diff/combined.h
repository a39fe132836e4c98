#pragma once
// The calling context trees of two runs as one, for a page that shows both.
#include <vector>

#include "profile/profile.h"

namespace pyprof::diff {

struct Combined {
    // The later run, its contexts first, then those that only the earlier one has, without values. Functions with one
    // key (FunctionKey) are the first of them.
    profile::Profile profile;
    // Values of the earlier run at contexts of `profile`, sorted by context, unique; `thread` is 0 and means nothing.
    std::vector<profile::Value> before;
};

// Functions are matched as match() does, lines by their distance from the function's first line. Neither profile needs
// to be without machinery.
Combined combine(const profile::Profile& before, const profile::Profile& after);

}  // namespace pyprof::diff
