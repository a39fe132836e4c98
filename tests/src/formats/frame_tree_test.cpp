#include "formats/frame_tree.h"

#include <map>
#include <string>

#include "profile/sums.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

using profile::Profile;

std::uint64_t weight_of(const std::vector<profile::Value>& values) {
    std::uint64_t sum = 0;
    for (const profile::Value& value : values) sum += value.weight;
    return sum;
}

TEST_CASE("Siblings that become equal are one node") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    const std::uint32_t f = make.python("f", "app.py", 1), g = make.python("g", "app.py", 9);
    make.add(make.path(0, {make.location(f, 2), make.location(g, 9)}), thread, 3);
    make.add(make.path(0, {make.location(f, 3), make.location(g, 9)}), thread, 4);
    const Profile profile = make.build();
    CHECK(frame_tree(profile, Granularity::line).nodes.size() == 5);
    const FrameTree tree = frame_tree(profile, Granularity::function);
    REQUIRE(tree.nodes.size() == 3);
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].samples == 7);
    CHECK(tree.nodes[2].depth == 2);
}

// The slow twin spells out the stack of every value.
TEST_CASE("Every stack has the weight that it has in the profile") {
    const Profile profile = test_support::sample_profile();
    std::map<std::string, std::uint64_t> expected, found;
    for (const profile::Value& value : profile.values) {
        std::string stack;
        for (const std::uint32_t at : profile::path_to(profile, value.context)) {
            const profile::Function& function = profile::function_of(profile, at);
            stack += "/" + (function.name.empty() ? "(unnamed)" : function.name);
        }
        expected[stack] += value.weight;
    }
    const FrameTree tree = frame_tree(profile, Granularity::function);
    std::vector<std::string> stacks(tree.nodes.size());
    for (std::size_t i = 1; i < stacks.size(); i++)
        stacks[i] = stacks[tree.nodes[i].parent] + "/" + tree.frames[tree.nodes[i].frame].name;
    for (const profile::Value& value : tree.values) found[stacks[value.context]] += value.weight;
    CHECK(found == expected);
}

TEST_CASE("Nodes are in preorder, heavier siblings first") {
    const FrameTree tree = frame_tree(test_support::sample_profile(), Granularity::function);
    const std::vector<std::uint64_t> totals = inclusive(tree, exclusive(tree, tree.values));
    std::vector<std::uint32_t> path{0};
    std::map<std::uint32_t, std::uint64_t> last;
    for (std::uint32_t i = 1; i < tree.nodes.size(); i++) {
        const std::uint32_t parent = tree.nodes[i].parent;
        REQUIRE(tree.nodes[i].depth == tree.nodes[parent].depth + 1);
        path.resize(tree.nodes[i].depth);
        REQUIRE(path.back() == parent);
        path.push_back(i);
        if (last.contains(parent)) CHECK(totals[i] <= last[parent]);
        last[parent] = totals[i];
    }
}

TEST_CASE("What is too deep is one node at the limit") {
    const Profile profile = test_support::sample_profile();
    const FrameTree tree = frame_tree(profile, Granularity::function, 100);
    std::uint32_t deepest = 0;
    std::size_t deeper = 0;
    for (std::size_t i = 1; i < tree.nodes.size(); i++) {
        deepest = std::max(deepest, tree.nodes[i].depth);
        deeper += tree.frames[tree.nodes[i].frame].name == "(deeper frames)";
    }
    CHECK(deepest == 101);
    CHECK(deeper == 1);
    CHECK(weight_of(tree.values) == profile::sum_all(profile).weight);
}

TEST_CASE("Contexts without figures are left out, those of measures alone are not") {
    CHECK(frame_tree(test_support::counted_profile(), Granularity::line).nodes.size() ==
          frame_tree(test_support::sample_profile(), Granularity::line).nodes.size());
    const FrameTree tree = frame_tree(test_support::measured_profile(), Granularity::function);
    REQUIRE(tree.measures.size() == 2);
    CHECK(weight_of(tree.measures[0]) == 4'000'000);
    CHECK(tree.nodes.size() == 4);
}

TEST_CASE("Figures without a stack have a node") {
    test_support::ProfileBuilder make;
    CHECK(frame_tree(make.build(), Granularity::function).nodes.size() == 1);
    make.add(0, make.thread(make.process(-1, 1, "here"), 1, "", true), 1);
    const FrameTree tree = frame_tree(make.build(), Granularity::function);
    REQUIRE(tree.nodes.size() == 2);
    CHECK(tree.frames[tree.nodes[1].frame].name == "(no stack)");
    CHECK(tree.values[0].context == 1);
}

}  // namespace
}  // namespace pyprof::formats
