#include "formats/html_timeline.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace pyprof::formats {
namespace {

using profile::Process;

// Four numbers each: a quarter of a million, a megabyte before it is compressed.
constexpr std::size_t most_slices_of_a_page = 1 << 16;

std::size_t slices_of(const Track& track) { return track.samples.size() / slice_category_count; }

bool has_slices(const Process& process) {
    return process.slice_width_ns > 0 && process.slices.size() >= slice_category_count;
}

std::uint32_t saturated_sum(std::uint32_t a, std::uint32_t b) {
    return a > std::numeric_limits<std::uint32_t>::max() - b ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

void add_neighbours(Track& track) {
    std::vector<std::uint32_t> pairs((slices_of(track) + 1) / 2 * slice_category_count);
    for (std::size_t i = 0; i < slices_of(track) * slice_category_count; ++i) {
        std::uint32_t& sum = pairs[i / slice_category_count / 2 * slice_category_count + i % slice_category_count];
        sum = saturated_sum(sum, track.samples[i]);
    }
    track.samples = std::move(pairs);
    track.width_ns *= 2;
}

// The width of the finest track that can still be coarsened; 0: none.
std::uint64_t finest_width(const std::vector<Track>& tracks) {
    std::uint64_t finest = 0;
    for (const Track& track : tracks) {
        if (slices_of(track) > 1 && (finest == 0 || track.width_ns < finest)) finest = track.width_ns;
    }
    return finest;
}

std::size_t all_slices(const std::vector<Track>& tracks) {
    std::size_t sum = 0;
    for (const Track& track : tracks) sum += slices_of(track);
    return sum;
}

void coarsen(std::vector<Track>& tracks, std::size_t most_slices) {
    while (all_slices(tracks) > most_slices) {
        const std::uint64_t finest = finest_width(tracks);
        if (finest == 0 || finest > std::numeric_limits<std::uint64_t>::max() / 2) return;
        for (Track& track : tracks) {
            if (slices_of(track) > 1 && track.width_ns == finest) add_neighbours(track);
        }
    }
}

}  // namespace

// Of the processes with slices; those whose start is unknown (0) stand at the beginning.
std::uint64_t first_start(const profile::Profile& profile) {
    std::uint64_t first_ns = std::numeric_limits<std::uint64_t>::max();
    for (const Process& process : profile.processes) {
        if (has_slices(process) && process.started_realtime_ns > 0)
            first_ns = std::min(first_ns, process.started_realtime_ns);
    }
    return first_ns;
}

std::vector<Track> tracks_of(const profile::Profile& profile, std::size_t most_slices) {
    const std::uint64_t first_ns = first_start(profile);
    std::vector<Track> tracks(profile.processes.size());
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const Process& process = profile.processes[i];
        if (!has_slices(process)) continue;
        const std::uint64_t begin_ns = std::max(process.started_realtime_ns, first_ns) - first_ns;
        tracks[i] = {begin_ns, process.slice_width_ns, process.slices};
    }
    coarsen(tracks, most_slices);
    return tracks;
}

void add_timeline(Columns& columns, nlohmann::json& processes, const profile::Profile& profile) {
    constexpr std::array<const char*, slice_category_count> names{"python", "native", "mpi", "other"};
    const std::vector<Track> tracks = tracks_of(profile, most_slices_of_a_page);
    std::array<std::vector<std::uint32_t>, slice_category_count> samples;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const Track& track = tracks[i];
        processes[i].update(
            {{"begin_ns", track.begin_ns}, {"slice_width_ns", track.width_ns}, {"slices", slices_of(track)}});
        for (std::size_t at = 0; at < slices_of(track) * slice_category_count; ++at)
            samples[at % slice_category_count].push_back(track.samples[at]);
    }
    for (std::size_t i = 0; i < slice_category_count; ++i)
        columns.add(std::string{"slice."} + names[i], samples[i], [](std::uint32_t count) { return count; });
}

}  // namespace pyprof::formats
