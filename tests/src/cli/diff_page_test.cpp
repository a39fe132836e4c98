#include "cli/diff_page.h"

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::cli {
namespace {

TEST_CASE("The page is the later run's, with the values and the facts of both") {
    const profile::Profile before = test_support::small_profile(), after = test_support::sample_profile();
    const diff::Difference difference = *diff::difference_of({"a.pyprof", before}, {"b.pyprof", after}, false);
    const Result<Page> page = diff_page(difference, before, after, false);
    REQUIRE(page);
    CHECK(page->profile.run == after.run);
    const formats::PageDifference& beside = page->parts.difference.value();
    CHECK(beside.scale_before.name == "a.pyprof");
    CHECK(beside.scale_after.workers == difference.after.workers);
    CHECK(beside.is_by_rank == difference.is_by_rank);
    CHECK(beside.facts.at(1).starts_with("After: b.pyprof"));
    std::uint64_t expected = 0, found = 0;
    for (const profile::Value& value : before.values) expected += value.samples;
    for (const profile::Value& value : beside.before) {
        found += value.samples;
        CHECK(value.context < page->profile.contexts.size());
    }
    CHECK(found == expected);
}

}  // namespace
}  // namespace pyprof::cli
