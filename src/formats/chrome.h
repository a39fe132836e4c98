#pragma once
// The timeline as Chrome's trace JSON, read by Perfetto, chrome://tracing and speedscope. docs/formats/chrome.md
#include <string>

#include "profile/profile.h"

namespace pyprof::formats {

// One track per process; in each of its time slices one event per category, side by side. Stacks have no moments and
// are not in it.
std::string chrome(const profile::Profile& profile);

}  // namespace pyprof::formats
