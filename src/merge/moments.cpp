#include "merge/moments.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/even_choice.h"
#include "base/saturate.h"
#include "profile/moments.h"

namespace pyprof::merge {
namespace {

using gather::Moment;

static_assert(std::uint64_t{1} << wire::moment_entry::unit_shift == profile::moment_unit_ns);

// Of one process, whose recordings may have chosen differently: it begins another one after MPI_Finalize.
std::vector<Moment> with_one_shift(const std::vector<Moment>& moments) {
    std::map<std::uint32_t, std::vector<Moment>> by_shift;
    for (const Moment& moment : moments) by_shift[moment.shift].push_back(moment);
    const std::uint32_t largest = by_shift.rbegin()->first;
    std::vector<Moment> all;
    for (auto& [shift, chosen] : by_shift) {
        keep_evenly(chosen, largest - shift);
        all.insert(all.end(), chosen.begin(), chosen.end());
    }
    for (Moment& moment : all) moment.shift = largest;
    std::stable_sort(all.begin(), all.end(), [](const Moment& a, const Moment& b) { return a.time < b.time; });
    return all;
}

}  // namespace

void add_moments(const gather::Tree& tree, const ContextMap& contexts, profile::Profile& profile) {
    std::vector<std::vector<Moment>> of_processes(tree.processes.size());
    for (const Moment& moment : tree.moments) of_processes[tree.threads[moment.thread].process].push_back(moment);
    for (std::size_t i = 0; i < of_processes.size(); i++) {
        if (of_processes[i].empty()) continue;
        const std::vector<Moment> moments = with_one_shift(of_processes[i]);
        for (const Moment& moment : moments)
            profile.moments.push_back({moment.time, contexts.at(moment.context), moment.thread});
        profile.processes[i].moment_stride_ns =
            saturating_multiply(tree.processes[i].period_ns, std::uint64_t{1} << moments.front().shift);
    }
    profile::bound_moments(profile, profile::most_moments);
}

}  // namespace pyprof::merge
