#include "report/options.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <vector>

#include "profile/select.h"
#include "profile/sums.h"

namespace pyprof::report {
namespace {

// Samples as the weight, so that every list counts them.
void count_samples(profile::Profile& profile) {
    for (profile::Value& value : profile.values) value.weight = value.samples;
    profile.metric = {samples_metric, "count"};
    profile.measures.clear();
}

std::vector<std::string> metrics_of(const profile::Profile& profile) {
    std::vector<std::string> names{profile.metric.name};
    if (profile.metric.name != samples_metric) names.emplace_back(samples_metric);
    for (const profile::Measure& measure : profile.measures) names.push_back(measure.metric.name);
    return names;
}

}  // namespace

Result<profile::Profile> prepare(const profile::Profile& profile, const Options& options) {
    const std::vector<std::string> metrics = metrics_of(profile);
    if (!options.metric.empty() && std::ranges::find(metrics, options.metric) == metrics.end())
        return Error{
            fmt::format("the profile has no metric '{}'; it has {}", options.metric, fmt::join(metrics, ", "))};
    profile::Profile result = options.machinery ? profile : profile::without_machinery(profile);
    result =
        options.workers == Workers::joined ? profile::with_workers_joined(result) : profile::with_workers_apart(result);
    if (options.rank) {
        const std::vector<std::int32_t> ranks = profile::ranks_of(profile);
        if (ranks.empty()) return Error{"the run had no MPI ranks; leave --rank out"};
        if (!std::ranges::binary_search(ranks, *options.rank)) {
            return Error{fmt::format("the profile has no rank {}; it has ranks {} to {}", *options.rank, ranks.front(),
                                     ranks.back())};
        }
        result = profile::only_rank(result, *options.rank);
    }
    if (options.metric == samples_metric) count_samples(result);
    for (std::size_t i = 0; i < result.measures.size(); i++)
        if (options.metric == result.measures[i].metric.name) return profile::by_measure(result, i);
    return result;
}

}  // namespace pyprof::report
