#include "report/options.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <vector>

#include "profile/select.h"
#include "profile/sums.h"

namespace pyprof::report {
namespace {

constexpr const char* samples_metric = "samples";

// Samples as the weight, so that every list counts them.
void count_samples(profile::Profile& profile) {
    for (profile::Value& value : profile.values) value.weight = value.samples;
    profile.metrics = {{samples_metric, "count"}};
}

}  // namespace

Result<profile::Profile> prepare(const profile::Profile& profile, const Options& options) {
    const std::string& first = profile.metrics.front().name;
    if (!options.metric.empty() && options.metric != first && options.metric != samples_metric) {
        return Error{
            fmt::format("the profile has no metric '{}'; it has {} and {}", options.metric, first, samples_metric)};
    }
    profile::Profile result = profile::without_machinery(profile);
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
    return result;
}

}  // namespace pyprof::report
