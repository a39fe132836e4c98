#include "profile/moments.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "base/even_choice.h"
#include "base/saturate.h"

namespace pyprof::profile {
namespace {

// By how many powers of two so many moments have to be thinned out.
unsigned excess(std::uint32_t count, std::uint32_t limit) {
    return count <= limit ? 0 : static_cast<unsigned>(std::bit_width((count - 1) / limit));
}

// The largest power of two that each process may keep.
std::uint32_t limit_of_process(const std::vector<std::uint32_t>& counts, std::size_t most) {
    constexpr std::uint64_t one = 1;
    for (std::uint32_t limit = 1U << 31; limit > 1; limit /= 2) {
        std::size_t sum = 0;
        for (const std::uint32_t count : counts)
            sum += (count + (one << excess(count, limit)) - 1) >> excess(count, limit);
        if (sum <= most) return limit;
    }
    return 1;
}

}  // namespace

std::vector<std::uint32_t> moments_of_processes(const Profile& profile) {
    std::vector<std::uint32_t> counts(profile.processes.size());
    for (const Moment& moment : profile.moments) ++counts[profile.threads[moment.thread].process];
    return counts;
}

void bound_moments(Profile& profile, std::size_t most) {
    if (profile.moments.size() <= most) return;
    const std::vector<std::uint32_t> counts = moments_of_processes(profile);
    const std::uint32_t limit = limit_of_process(counts, most);
    std::vector<Moment> kept;
    auto begin = profile.moments.begin();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto end = begin + counts[i];
        std::vector<Moment> own(std::exchange(begin, end), end);
        const unsigned by = excess(counts[i], limit);
        keep_evenly(own, by);
        profile.processes[i].moment_stride_ns =
            saturating_multiply(profile.processes[i].moment_stride_ns, std::uint64_t{1} << by);
        kept.insert(kept.end(), own.begin(), own.end());
    }
    profile.moments = std::move(kept);
}

void drop_moments(Profile& profile) {
    profile.moments.clear();
    for (Process& process : profile.processes) process.moment_stride_ns = 0;
}

}  // namespace pyprof::profile
