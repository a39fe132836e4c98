#include "cli/page.h"

#include <algorithm>

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
    const Result<Page> page = page_of(profile, report::Workers::joined, false);
    REQUIRE(page);
    CHECK(has_workers_joined(page->profile));
    CHECK(page->profile.processes == profile.processes);
    CHECK_FALSE(page->parts.findings.empty());
    CHECK(page->parts.sources.empty());
}

TEST_CASE("Workers that are to be apart are apart on the page") {
    const Result<Page> page = page_of(test_support::sample_profile(), report::Workers::apart, true);
    REQUIRE(page);
    CHECK_FALSE(has_workers_joined(page->profile));
}

}  // namespace
}  // namespace pyprof::cli
