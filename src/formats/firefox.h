#pragma once
// The Firefox Profiler's processed profile, gzipped; Perfetto reads it too. docs/formats/firefox.md
#include <string>

#include "profile/profile.h"

namespace pyprof::formats {

// One thread for each with values, by process. A profile has no moments: samples stand one after the other, each as
// long as its weight, from where their process began.
std::string firefox(const profile::Profile& profile);

}  // namespace pyprof::formats
