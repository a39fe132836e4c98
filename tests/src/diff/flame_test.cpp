#include "diff/flame.h"

#include "profile/select.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::diff {
namespace {

const Scale plain{.factor = 1, .unit = test_support::ProfileBuilder::period_ns, .is_share = false};

TEST_CASE("The merged tree has the sums of both runs, and room for the larger of both") {
    const profile::Profile before = profile::without_machinery(test_support::sample_profile());
    const profile::Profile after = test_support::small_profile();
    const Side a = sums_of(before), b = sums_of(after);
    const std::vector<FlameNode> nodes = flame_of({before, a, plain}, {after, b, plain}, match(a, b));
    CHECK(nodes.front().total.before == static_cast<double>(a.all.weight));
    CHECK(nodes.front().total.after == static_cast<double>(b.all.weight));
    CHECK(nodes.front().total.samples_after == b.all.samples);
    std::vector<double> below(nodes.size());
    for (std::size_t i = nodes.size() - 1; i > 0; i--) {
        REQUIRE(nodes[i].parent < i);
        CHECK(nodes[i].width >= std::max(nodes[i].total.before, nodes[i].total.after) * (1 - 1e-9));
        CHECK(nodes[i].total.samples_before + nodes[i].total.samples_after > 0);
        below[nodes[i].parent] += nodes[i].width;
    }
    for (std::size_t i = 0; i < nodes.size(); i++) CHECK(below[i] <= nodes[i].width * (1 + 1e-9));
}

TEST_CASE("A run against itself is one tree without a change") {
    const profile::Profile profile = test_support::small_profile();
    const Side side = sums_of(profile);
    const std::vector<FlameNode> nodes = flame_of({profile, side, plain}, {profile, side, plain}, match(side, side));
    REQUIRE(nodes.size() == 3);
    for (const FlameNode& node : nodes) CHECK(node.total.delta() == 0);
    CHECK(nodes[0].width == nodes[0].total.after);
}

}  // namespace
}  // namespace pyprof::diff
