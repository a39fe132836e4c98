#include "report/diff_flame.h"

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) count++;
    return count;
}

diff::Difference between(const profile::Profile& before, const profile::Profile& after) {
    return *diff::difference_of({"a", before}, {"b", after}, false);
}

TEST_CASE("Frames that are slower, faster, new and gone have a class of their own") {
    const profile::Profile small = test_support::small_profile();
    profile::Profile large = small;
    for (profile::Value& value : large.values) {
        value.samples *= 20;
        value.weight *= 20;
    }
    // main and work below it, and the root: all slower; the other way round all faster.
    CHECK(occurrences(diff_flame(between(small, large)), "class=\"slower3\" x") == 3);
    CHECK(occurrences(diff_flame(between(large, small)), "class=\"faster3\" x") == 3);
    CHECK(occurrences(diff_flame(between(small, small)), "class=\"same\" x") == 3);
    const std::string other = diff_flame(between(test_support::sample_profile(), small));
    CHECK(occurrences(other, "class=\"gone\" x") > 3);
    CHECK(occurrences(other, "class=\"new\" x") == 2);
}

TEST_CASE("Deep stacks are cut, which is said, and names are text") {
    const profile::Profile sample = test_support::sample_profile();
    const std::string flame = diff_flame(between(sample, sample));
    CHECK(flame.find("frames are drawn") != std::string::npos);
    CHECK(occurrences(flame, "<script") == 0);
    CHECK(occurrences(flame, "&lt;/script&gt;") > 0);
    CHECK(occurrences(flame, "<rect") <= most_drawn_frames + 2);
}

TEST_CASE("Nothing is drawn of nothing") { CHECK(diff_flame({}).empty()); }

}  // namespace
}  // namespace pyprof::report
