#pragma once
// The source text that goes into a page: around every line that has samples.
#include <cstddef>
#include <vector>

#include "profile/profile.h"
#include "sources/excerpts.h"

namespace pyprof::report {

inline constexpr std::size_t most_source_bytes = 2'000'000;

// By file, files with the largest exclusive value first, until the next file would make them more than `most_bytes`;
// smaller ones after it still go in. Files that cannot be had are left out.
std::vector<sources::Excerpt> source_excerpts(const profile::Profile& profile,
                                              std::size_t most_bytes = most_source_bytes);

}  // namespace pyprof::report
