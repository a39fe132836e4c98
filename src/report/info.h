#pragma once
// What was recorded, and how well: the facts behind a report.
#include <string>

#include "profile/profile.h"
#include "report/options.h"

namespace pyprof::report {

// One fact per line, then every loss with what it means, then the notes.
std::string info(const profile::Profile& profile, const Style& style);

}  // namespace pyprof::report
