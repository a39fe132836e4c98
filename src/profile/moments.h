#pragma once
// The moments of a profile as a whole.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

// What a profile, and a page, holds of them at most.
inline constexpr std::size_t most_moments = 1 << 17;

// How many moments each process has.
std::vector<std::uint32_t> moments_of_processes(const Profile& profile);

// Thins moments out until there are at most `most`: those of processes that have most of them, whose strides grow as
// much.
void bound_moments(Profile& profile, std::size_t most);

// They say nothing of another metric.
void drop_moments(Profile& profile);

}  // namespace pyprof::profile
