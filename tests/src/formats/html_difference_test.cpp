#include "formats/html_difference.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

TEST_CASE("The earlier run's values stand beside those of the profile, in columns of one length") {
    const profile::Profile profile = test_support::small_profile();
    Columns columns;
    const PageDifference difference{.before = {{1, 0, 3, 31}, {2, 0, 5, 45}},
                                    .period_ns = 10,
                                    .scale_before = {"a", 0.5, 5, 2},
                                    .scale_after = {"b", 0.25, 2.5, 4},
                                    .is_by_rank = true,
                                    .facts = {"Before: a."}};
    const nlohmann::json header = difference_of(columns, page_tree(profile, 100), difference);
    CHECK(header.at("before") == nlohmann::json{{"name", "a"}, {"factor", 0.5}, {"unit", 5.0}, {"workers", 2}});
    CHECK(header.at("is_by_rank") == true);
    CHECK(header.at("facts") == std::vector<std::string>{"Before: a."});
    for (const auto& column : columns.index()) CHECK(column.at("length") == 2);
    // Steps 1 and 1, samples 3 and 5, then what 31 and 45 have beyond 3 and 5 periods of 10: 1 and -5.
    const std::string low{"\1\1\0\0\0\0\0\0\3\5\0\0\0\0\0\0\1\xfb\0\xff\0\xff\0\xff", 24};
    CHECK(columns.bytes().starts_with(low));
}

TEST_CASE("What only the earlier run has is not the first to be folded") {
    profile::Profile profile = test_support::small_profile();
    const auto vanished = static_cast<std::uint32_t>(profile.contexts.size());
    profile.contexts.push_back({0, profile.contexts[1].location});
    const std::vector<profile::Value> before = {{vanished, 0, 1'000'000, 1'000'000 * profile.run.period_ns}};
    const PageTree tree = page_tree(profile, 2, before);
    REQUIRE(tree.contexts.size() == 2);
    CHECK(tree.place[vanished] == 1);
    std::uint64_t all = 0;
    for (const profile::Value& value : profile.values) all += value.weight;
    CHECK(tree.pruned_weight == all);
}

}  // namespace
}  // namespace pyprof::formats
