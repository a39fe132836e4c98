#pragma once
// A flame graph as one picture, for papers, wikis and comments. docs/formats/svg.md
#include <cstddef>
#include <string>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// Higher pictures are of no use; what is deeper than this is one box.
inline constexpr std::size_t most_svg_frames = 200;

// Outermost frames above, each box as wide as its share of the profile's metric; boxes too narrow to be seen are left
// out. Without script, and without anything from elsewhere.
std::string svg(const profile::Profile& profile, Granularity granularity);

}  // namespace pyprof::formats
