#pragma once
// The calling context tree as a table, for spreadsheets, data frames and databases. docs/formats/csv.md
#include <string>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// RFC 4180, with lines that end in \n: a row for each context on each thread that has figures there, and one for each
// other context, so that the tree is whole.
std::string csv(const profile::Profile& profile, Granularity granularity);

}  // namespace pyprof::formats
