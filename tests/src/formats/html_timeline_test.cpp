#include "formats/html_timeline.h"

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using formats::Track;
using formats::tracks_of;

namespace {

profile::Process process_of(std::uint64_t started, std::uint64_t width, std::vector<std::uint32_t> slices) {
    profile::Process process;
    process.pid = 1;
    process.started_realtime_ns = started;
    process.slice_width_ns = width;
    process.slices = std::move(slices);
    return process;
}

profile::Profile profile_of(std::vector<profile::Process> processes) {
    profile::Profile profile;
    profile.processes = std::move(processes);
    return profile;
}

std::uint64_t sum_of(const Track& track) {
    return std::accumulate(track.samples.begin(), track.samples.end(), std::uint64_t{0});
}

std::size_t slices_of(const std::vector<Track>& tracks) {
    std::size_t sum = 0;
    for (const Track& track : tracks) sum += track.samples.size() / formats::slice_category_count;
    return sum;
}

}  // namespace

TEST_CASE("tracks begin after the first process that has slices") {
    const std::vector<Track> tracks = tracks_of(
        profile_of({process_of(700, 8, {1, 2, 3, 4}), process_of(500, 8, {}), process_of(600, 16, {5, 6, 7, 8})}), 100);
    REQUIRE(tracks.size() == 3);
    CHECK(tracks[0].begin_ns == 100);
    CHECK(tracks[0].samples == std::vector<std::uint32_t>{1, 2, 3, 4});
    CHECK(tracks[1].samples.empty());
    CHECK(tracks[2].begin_ns == 0);
    CHECK(tracks[2].width_ns == 16);
}

TEST_CASE("a process whose start is unknown moves no other") {
    const std::vector<Track> tracks =
        tracks_of(profile_of({process_of(0, 8, {1, 0, 0, 0}), process_of(1'700'000'000, 8, {1, 0, 0, 0})}), 100);
    CHECK(tracks[0].begin_ns == 0);
    CHECK(tracks[1].begin_ns == 0);
}

TEST_CASE("slices without a width are none") {
    CHECK(tracks_of(profile_of({process_of(1, 0, {1, 2, 3, 4})}), 100)[0].samples.empty());
}

TEST_CASE("of too many slices neighbours are added, of the finest first") {
    const profile::Profile profile = profile_of(
        {process_of(1, 8, {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4, 0}), process_of(1, 16, {0, 8, 0, 0, 0, 16, 0, 0})});
    const std::vector<Track> tracks = tracks_of(profile, 4);
    CHECK(tracks[0].width_ns == 16);
    CHECK(tracks[0].samples == std::vector<std::uint32_t>{3, 0, 0, 0, 0, 0, 4, 0});
    CHECK(tracks[1].samples == profile.processes[1].slices);
}

TEST_CASE("no sample is lost, however few slices there may be") {
    std::vector<profile::Process> processes;
    for (std::uint32_t rank = 0; rank < 50; ++rank)
        processes.push_back(
            process_of(1 + rank, 1U << rank % 5, std::vector<std::uint32_t>(4U * (1 + rank * 7 % 40), rank + 1)));
    const profile::Profile profile = profile_of(std::move(processes));
    for (const std::size_t most : {10'000, 500, 60, 1}) {
        const std::vector<Track> tracks = tracks_of(profile, most);
        CHECK(slices_of(tracks) <= std::max<std::size_t>(most, 50));
        for (std::size_t i = 0; i < tracks.size(); ++i) {
            const auto& slices = profile.processes[i].slices;
            CHECK(sum_of(tracks[i]) == std::accumulate(slices.begin(), slices.end(), std::uint64_t{0}));
        }
    }
}

TEST_CASE("counts and widths at their limits stay there") {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    CHECK(tracks_of(profile_of({process_of(1, 8, {most, 0, 0, 0, 1, 0, 0, 0})}), 1)[0].samples[0] == most);
    const profile::Profile wide = profile_of({process_of(1, std::uint64_t{1} << 63, {1, 0, 0, 0, 1, 0, 0, 0})});
    CHECK(slices_of(tracks_of(wide, 1)) == 2);
}
