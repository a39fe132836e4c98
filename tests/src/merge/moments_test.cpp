#include "merge/moments.h"

#include <algorithm>

#include "merge/pipeline.h"
#include "profile/moments.h"
#include "tests/src/merge/stack_tree.h"
#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

using test_support::StackTree;

profile::Profile merged(StackTree& stacks) {
    Result<profile::Profile> profile = merge(stacks.tree(), {});
    REQUIRE(profile);
    return *std::move(profile);
}

TEST_CASE("moments keep their times and threads and find their contexts") {
    StackTree stacks{2};
    stacks.tree().processes[0].period_ns = 10;
    stacks.add({StackTree::python(0, 5)}, 1, 10);
    stacks.add({StackTree::python(1, 7)}, 1, 10, 1);
    const std::uint32_t first = stacks.context({StackTree::python(0, 5)}),
                        second = stacks.context({StackTree::python(1, 7)});
    stacks.tree().moments = {{3, first, 0, 0}, {4, second, 1, 0}};
    const profile::Profile profile = merged(stacks);
    REQUIRE(profile.moments.size() == 2);
    CHECK(profile.moments[0].time == 3);
    CHECK(profile.moments[1].thread == 1);
    CHECK(profile.processes[0].moment_stride_ns == 10);
    const auto line = [&](const profile::Moment& moment) {
        return profile.locations[profile.contexts[moment.context].location].line;
    };
    CHECK(line(profile.moments[0]) == 5);
    CHECK(line(profile.moments[1]) == 7);
}

TEST_CASE("the recordings of one process get the larger of their strides, and weigh as before") {
    StackTree stacks;
    stacks.tree().processes[0].period_ns = 10;
    stacks.add({StackTree::python(0, 5)}, 1, 10);
    const std::uint32_t context = stacks.context({StackTree::python(0, 5)});
    for (std::uint32_t i = 0; i < 64; ++i) stacks.tree().moments.push_back({i, context, 0, 3});
    for (std::uint32_t i = 64; i < 128; ++i) stacks.tree().moments.push_back({i, context, 0, 0});
    const profile::Profile profile = merged(stacks);
    CHECK(profile.processes[0].moment_stride_ns == 80);
    CHECK(profile.moments.size() == 64 + 64 / 8);
    CHECK(std::ranges::is_sorted(profile.moments, {}, &profile::Moment::time));
}

TEST_CASE("a profile has no more moments than it may") {
    StackTree stacks;
    stacks.tree().processes[0].period_ns = 10;
    stacks.add({StackTree::python(0, 5)}, 1, 10);
    const std::uint32_t context = stacks.context({StackTree::python(0, 5)});
    for (std::uint32_t i = 0; i < 3 * profile::most_moments; ++i) stacks.tree().moments.push_back({i, context, 0, 0});
    const profile::Profile profile = merged(stacks);
    CHECK(profile.moments.size() == 3 * profile::most_moments / 4);
    CHECK(profile.processes[0].moment_stride_ns == 40);
}

TEST_CASE("a tree whose moments refer to nothing is refused") {
    for (const gather::Moment& moment : {gather::Moment{1, 99, 0, 0}, {1, 0, 99, 0}, {1, 0, 0, 64}}) {
        StackTree stacks;
        stacks.add({StackTree::python(0, 5)}, 1, 10);
        stacks.tree().moments = {moment};
        CHECK_FALSE(merge(stacks.tree(), {}));
    }
}

}  // namespace
}  // namespace pyprof::merge
