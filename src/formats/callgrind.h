#pragma once
// Callgrind's text format, read by callgrind_annotate and KCachegrind. docs/formats/callgrind.md
#include <string>

#include "profile/profile.h"

namespace pyprof::formats {

// Figures of the profile's metric, samples and every measure by line of a function, and of the calls between functions.
std::string callgrind(const profile::Profile& profile);

}  // namespace pyprof::formats
