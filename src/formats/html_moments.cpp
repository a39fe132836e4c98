#include "formats/html_moments.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/saturate.h"
#include "formats/html_timeline.h"
#include "profile/moments.h"

namespace pyprof::formats {
namespace {

using profile::Moment;
using profile::Profile;

// On the axis of the page, nanoseconds.
std::vector<std::uint64_t> times_of(const Profile& profile) {
    const std::uint64_t first_ns = first_start(profile);
    std::vector<std::uint64_t> times;
    times.reserve(profile.moments.size());
    for (const Moment& moment : profile.moments) {
        const profile::Process& process = profile.processes[profile.threads[moment.thread].process];
        const std::uint64_t begin_ns = difference_or_zero(process.started_realtime_ns, first_ns);
        times.push_back(saturating_add(begin_ns, moment.time * profile::moment_unit_ns));
    }
    return times;
}

// In which all of them fit into 32 bits.
std::uint64_t unit_of(const std::vector<std::uint64_t>& times) {
    if (times.empty()) return 0;
    const std::uint64_t last = *std::ranges::max_element(times);
    std::uint64_t unit = profile::moment_unit_ns;
    while (last / unit > std::numeric_limits<std::uint32_t>::max()) unit *= 2;
    return unit;
}

}  // namespace

void add_moments(Columns& columns, nlohmann::json& header, const Profile& profile, const PageTree& tree) {
    const std::vector<std::uint64_t> times = times_of(profile);
    const std::uint64_t unit = unit_of(times);
    const std::vector<std::uint32_t> counts = profile::moments_of_processes(profile);
    header["run"]["moment_unit_ns"] = unit;
    for (std::size_t i = 0; i < counts.size(); ++i)
        header["processes"][i].update(
            {{"moments", counts[i]}, {"moment_stride_ns", profile.processes[i].moment_stride_ns}});
    columns.add("moment.time", times, [=](std::uint64_t time) { return static_cast<std::uint32_t>(time / unit); });
    columns.add("moment.node", profile.moments, [&](const Moment& moment) { return tree.place[moment.context]; });
    columns.add("moment.thread", profile.moments, [](const Moment& moment) { return moment.thread; });
}

}  // namespace pyprof::formats
