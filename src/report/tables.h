#pragma once
// The lists of `pyprof report --by`.
#include "profile/profile.h"
#include "report/options.h"
#include "report/table.h"

namespace pyprof::report {

// `profile` is one that prepare() made; at most options.limit rows (0: all).
Table table_of(const profile::Profile& profile, By by, const Options& options);

}  // namespace pyprof::report
