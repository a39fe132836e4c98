#pragma once
// A file of Python's module pstats, as cProfile writes it. docs/formats/pstats.md
#include <string>

#include "profile/profile.h"

namespace pyprof::formats {

// Functions with their callers, times in seconds, all numbers of calls 0. Read by pstats.Stats of CPython 3.4 and
// later.
std::string pstats(const profile::Profile& profile);

}  // namespace pyprof::formats
