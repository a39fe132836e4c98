#pragma once
// speedscope's JSON: one sampled profile per thread, so that its keys n and p go from rank to rank.
// docs/formats/speedscope.md
#include <cstddef>
#include <string>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

// speedscope's importer recurses and fails at 20 000 frames; deeper stacks than this lose their middle to one frame
// that says how many are left out.
inline constexpr std::size_t most_speedscope_frames = 2000;

std::string speedscope(const profile::Profile& profile, Granularity granularity);

}  // namespace pyprof::formats
