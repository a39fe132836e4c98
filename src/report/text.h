#pragma once
// The answer on one screen.
#include <string>

#include "profile/profile.h"
#include "report/options.h"

namespace pyprof::report {

inline constexpr std::size_t screen_lines = 40;

// At most screen_lines lines of style.width columns (at least 60), unless options.limit asks for longer lists.
// `profile` is one that prepare() made.
std::string text(const profile::Profile& profile, const Options& options, const Style& style);

}  // namespace pyprof::report
