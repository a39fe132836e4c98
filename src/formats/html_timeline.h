#pragma once
// The time slices of processes as columns of a page's data block: docs/formats/html.md.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "formats/html_columns.h"
#include "profile/profile.h"

namespace pyprof::formats {

// The time slices of one process; none of a process without samples.
struct Track {
    std::uint64_t begin_ns = 0;          // after the first of all processes began, by the clock of its host
    std::uint64_t width_ns = 0;          // of one slice
    std::vector<std::uint32_t> samples;  // slice-major × slice_category_count
};
inline constexpr std::size_t slice_category_count = 4;  // python, native, mpi, other

// A track for each process. Together at most `most_slices`, but at least one for each process that has any: where there
// are more, neighbours are added, of the finest tracks first.
std::vector<Track> tracks_of(const profile::Profile& profile, std::size_t most_slices);

// When the first process began by the clock of its host: where the axis of a page begins.
std::uint64_t first_start(const profile::Profile& profile);

// Adds the columns `slice.*`, and to each of `processes` (the header's list) what tells where its slices are.
void add_timeline(Columns& columns, nlohmann::json& processes, const profile::Profile& profile);

}  // namespace pyprof::formats
