#include "diff/combined.h"

#include <algorithm>

#include "profile/sums.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::diff {
namespace {

using test_support::ProfileBuilder;

// work() calls two callees, each in a line of its own.
profile::Profile calling(std::uint32_t first_line, const char* second_callee) {
    ProfileBuilder make;
    const std::uint32_t work = make.python("work", "/home/user/app.py", first_line);
    const std::uint32_t one = make.location(make.python("one", "/home/user/app.py", first_line + 20), first_line + 21);
    const std::uint32_t two =
        make.location(make.python(second_callee, "/home/user/app.py", first_line + 30), first_line + 31);
    const std::uint32_t thread = make.thread(make.process(-1, 100, "here"), 100, "", true);
    make.add(make.path(0, {make.location(work, first_line + 1), one}), thread, 30);
    make.add(make.path(0, {make.location(work, first_line + 2), two}), thread, 20);
    return make.build();
}

std::string path_of(const profile::Profile& profile, std::uint32_t context) {
    std::string path;
    for (std::uint32_t at = context; at != 0; at = profile.contexts[at].parent) {
        const profile::Location& location = profile::location_of(profile, at);
        path = profile.functions[location.function].name + ":" + std::to_string(location.line) + " " + path;
    }
    return path;
}

TEST_CASE("Contexts that both runs have are one, though their lines moved") {
    const profile::Profile after = calling(15, "other");
    const Combined combined = combine(calling(10, "two"), after);
    REQUIRE(combined.before.size() == 2);
    CHECK(path_of(combined.profile, combined.before[0].context) == "work:16 one:36 ");
    CHECK(path_of(combined.profile, combined.before[1].context) == "work:17 two:41 ");
    CHECK(combined.before[0].samples == 30);
    CHECK(combined.before[1].samples == 20);
    CHECK(combined.profile.values == after.values);
    CHECK(combined.profile.contexts.size() == after.contexts.size() + 1);
    CHECK(combined.profile.functions.size() == after.functions.size() + 1);
}

TEST_CASE("A run with itself is that run, twice") {
    const profile::Profile profile = test_support::sample_profile();
    const Combined combined = combine(profile, profile);
    CHECK(combined.profile.contexts == profile.contexts);
    CHECK(combined.profile.functions == profile.functions);
    std::vector<profile::Value> values = profile.values;
    for (profile::Value& value : values) value.thread = 0;
    CHECK(combined.before == profile::sorted_sums(values));
}

TEST_CASE("All time of the earlier run is in the tree, below a caller that stands before") {
    const profile::Profile before = test_support::sample_profile(), after = test_support::small_profile();
    for (const auto& [first, second] : {std::pair{before, after}, std::pair{after, before}}) {
        const Combined combined = combine(first, second);
        std::uint64_t expected = 0, found = 0;
        for (const profile::Value& value : first.values) expected += value.weight;
        for (const profile::Value& value : combined.before) found += value.weight;
        CHECK(found == expected);
        const auto& contexts = combined.profile.contexts;
        for (std::uint32_t i = 1; i < contexts.size(); i++) {
            CHECK(contexts[i].parent < i);
            CHECK(profile::location_of(combined.profile, i).function < combined.profile.functions.size());
        }
        CHECK(std::ranges::equal(combined.profile.values, second.values));
    }
}

}  // namespace
}  // namespace pyprof::diff
