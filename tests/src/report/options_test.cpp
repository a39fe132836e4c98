#include "report/options.h"

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

TEST_CASE("One rank, or samples as the metric, can be chosen") {
    const profile::Profile profile = test_support::sample_profile();
    const Result<profile::Profile> one = prepare(profile, {.rank = 1});
    REQUIRE(one);
    CHECK(one->processes.size() == 2);
    const Result<profile::Profile> samples = prepare(profile, {.metric = "samples"});
    REQUIRE(samples);
    CHECK(samples->metric.unit == "count");
    CHECK(profile::sum_all(*samples).weight == profile::sum_all(profile).samples);
    CHECK(profile::sum_all(*prepare(profile, {.metric = "cpu"})) == profile::sum_all(profile));
}

TEST_CASE("Machinery is left out unless it is asked for") {
    const profile::Profile profile = test_support::sample_profile();
    const Result<profile::Profile> whole = prepare(profile, {.machinery = true});
    REQUIRE(whole);
    CHECK(whole->contexts.size() == profile.contexts.size());
    CHECK(prepare(profile, {})->contexts.size() < profile.contexts.size());
}

TEST_CASE("Metrics and ranks that do not exist are refused, and those that do are named") {
    const profile::Profile profile = test_support::sample_profile();
    CHECK(prepare(profile, {.metric = "flops"}).error().message() ==
          "the profile has no metric 'flops'; it has cpu, samples");
    CHECK(prepare(profile, {.rank = 5}).error().message() == "the profile has no rank 5; it has ranks 0 to 1");
    CHECK(prepare(test_support::small_profile(), {.rank = 0}).error().message() ==
          "the run had no MPI ranks; leave --rank out");
}

}  // namespace
}  // namespace pyprof::report
