#pragma once
// What a reader should know, in plain sentences made from the figures of a profile.
#include <string>
#include <vector>

#include "profile/profile.h"

namespace pyprof::report {

inline constexpr std::size_t most_findings = 5;

// At most most_findings sentences, those about the quality of the profile first. `profile` is one that prepare() made.
std::vector<std::string> findings(const profile::Profile& profile);

}  // namespace pyprof::report
