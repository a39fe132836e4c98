#include "cli/page.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::cli {
namespace {

bool has_workers_joined(const profile::Profile& profile) {
    return std::ranges::any_of(profile.functions,
                               [](const auto& function) { return function.name == profile::worker_threads_name; });
}

TEST_CASE("A page has all of the profile, what a report would say of it, and its source on request") {
    const profile::Profile profile = test_support::sample_profile();
    const Result<Page> page = page_of(profile, {}, false);
    REQUIRE(page);
    CHECK(has_workers_joined(page->profile));
    CHECK(page->profile.processes == profile.processes);
    CHECK_FALSE(page->parts.findings.empty());
    CHECK(page->parts.sources.empty());
}

TEST_CASE("Workers that are to be apart are apart on the page") {
    const Result<Page> page = page_of(test_support::sample_profile(), {.workers = report::Workers::apart}, true);
    REQUIRE(page);
    CHECK_FALSE(has_workers_joined(page->profile));
}

TEST_CASE("A page has all ranks, and opens with the chosen one and the chosen metric") {
    profile::Profile profile = test_support::counted_profile();
    const std::string metric = "PAPI_TOT_INS";
    profile.measures.push_back({{metric, "count"}, profile.values});
    const std::int32_t rank = profile::ranks_of(profile).back();
    const Result<Page> page = page_of(profile, {.metric = metric, .rank = rank}, false);
    REQUIRE(page);
    CHECK(page->profile.processes == profile.processes);
    CHECK(page->parts.opening.rank == rank);
    CHECK(page->parts.opening.metric == metric);
}

TEST_CASE("What a page has not cannot open it") {
    const profile::Profile profile = test_support::counted_profile();
    CHECK_FALSE(page_of(profile, {.rank = 4711}, false));
    CHECK_FALSE(page_of(profile, {.metric = "absent"}, false));
    CHECK_FALSE(page_of(profile, {.metric = "samples"}, false));
}

}  // namespace
}  // namespace pyprof::cli
