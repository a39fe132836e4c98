#pragma once
// The JSON that Hatchet's GraphFrame.from_json reads: a tree, and a table of figures by node and rank.
// docs/formats/hatchet.md
#include <cstddef>
#include <string>

#include "base/result.h"
#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// Hatchet recurses, and Python stops it at 1000 frames of its own; what is deeper than this is one node.
inline constexpr std::size_t most_hatchet_frames = 500;

// Hatchet wants a row for each node on each rank, whether there is a figure or not, and takes a kilobyte or more for
// it.
inline constexpr std::size_t most_hatchet_rows = 1'000'000;

// Fails where there would be more rows.
Result<std::string> hatchet(const profile::Profile& profile, Granularity granularity);

}  // namespace pyprof::formats
