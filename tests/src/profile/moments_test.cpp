#include "profile/moments.h"

#include <algorithm>
#include <numeric>

#include "tests/support/catch.h"

namespace pyprof::profile {
namespace {

// Processes of one thread with so many moments each, at times 0, 1, 2 …
Profile profile_with(const std::vector<std::uint32_t>& counts) {
    Profile profile;
    profile.contexts.resize(1);
    for (std::uint32_t i = 0; i < counts.size(); ++i) {
        profile.processes.emplace_back();
        profile.processes.back().moment_stride_ns = counts[i] == 0 ? 0 : 10;
        profile.threads.emplace_back();
        profile.threads.back().process = i;
        for (std::uint32_t time = 0; time < counts[i]; ++time) profile.moments.push_back({time, 0, i});
    }
    return profile;
}

TEST_CASE("moments within the bound stay") {
    Profile profile = profile_with({3, 0, 5});
    const Profile before = profile;
    bound_moments(profile, 8);
    CHECK(profile == before);
    CHECK(moments_of_processes(profile) == std::vector<std::uint32_t>{3, 0, 5});
}

TEST_CASE("beyond the bound those with most lose, and weigh as much as before") {
    const std::vector<std::uint32_t> counts{1000, 7, 0, 300};
    for (const std::size_t most : {1200, 600, 100, 40, 3}) {
        Profile profile = profile_with(counts);
        bound_moments(profile, most);
        CHECK(profile.moments.size() <= most);
        const std::vector<std::uint32_t> kept = moments_of_processes(profile);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const std::uint64_t stride = profile.processes[i].moment_stride_ns;
            CHECK(kept[i] * stride < 10 * counts[i] + stride + 1);
            CHECK(kept[i] * stride + stride >= 10 * counts[i]);
        }
        CHECK(std::ranges::is_sorted(profile.moments, {}, [](const Moment& m) { return std::pair{m.thread, m.time}; }));
    }
    Profile few = profile_with(counts);
    bound_moments(few, 600);
    CHECK(moments_of_processes(few)[1] == 7);
}

TEST_CASE("dropped moments leave no stride") {
    Profile profile = profile_with({4});
    drop_moments(profile);
    CHECK(profile.moments.empty());
    CHECK(profile.processes[0].moment_stride_ns == 0);
}

}  // namespace
}  // namespace pyprof::profile
