#include "profile/sums.h"

#include <algorithm>
#include <map>
#include <set>

#include "profile/select.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

// The slow twin of sum_by: every value alone, its stack as a set of functions.
struct SlowCost {
    Amount self, total;
    std::map<std::int32_t, std::uint64_t> self_of_rank, total_of_rank;
};

std::map<std::uint32_t, SlowCost> slow_function_costs(const Profile& profile) {
    std::map<std::uint32_t, SlowCost> costs;
    for (const Value& value : profile.values) {
        const std::int32_t rank = profile.processes[profile.threads[value.thread].process].rank;
        std::set<std::uint32_t> functions;
        for (const std::uint32_t context : path_to(profile, value.context)) {
            functions.insert(location_of(profile, context).function);
        }
        for (const std::uint32_t function : functions) {
            costs[function].total.weight += value.weight;
            costs[function].total.samples += value.samples;
            costs[function].total_of_rank[rank] += value.weight;
        }
        if (value.context == 0) continue;
        SlowCost& own = costs[location_of(profile, value.context).function];
        own.self.weight += value.weight;
        own.self.samples += value.samples;
        own.self_of_rank[rank] += value.weight;
    }
    return costs;
}

std::vector<std::uint32_t> function_of_contexts(const Profile& profile) {
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++) keys[i] = location_of(profile, i).function;
    return keys;
}

TEST_CASE("Sums by function equal a sum over single stacks") {
    const Profile profile =
        GENERATE(0, 1) == 0 ? test_support::sample_profile() : without_machinery(test_support::sample_profile());
    const std::map<std::uint32_t, SlowCost> slow = slow_function_costs(profile);
    const auto count = static_cast<std::uint32_t>(profile.functions.size());
    const std::vector<Cost> costs = sum_by(profile, function_of_contexts(profile), count);
    for (std::uint32_t function = 0; function < count; function++) {
        CAPTURE(profile.functions[function].name);
        const auto known = slow.find(function);
        const SlowCost expected = known == slow.end() ? SlowCost{} : known->second;
        const Cost& cost = costs[function];
        CHECK(cost.self == expected.self);
        CHECK(cost.total == expected.total);
        const auto of_rank = [](const auto& sums, std::int32_t rank) {
            return sums.contains(rank) ? sums.at(rank) : 0;
        };
        const auto check = [&](const std::optional<Spread>& spread, const auto& sums) {
            const std::uint64_t zero = of_rank(sums, 0), one = of_rank(sums, 1);
            REQUIRE(spread);
            CHECK(spread->min == std::min(zero, one));
            CHECK(spread->max == std::max(zero, one));
            CHECK(spread->argmin == (one < zero ? 1 : 0));
            CHECK(spread->argmax == (one > zero ? 1 : 0));
            CHECK(spread->mean * 2 == static_cast<double>(zero + one));
        };
        check(cost.self_ranks, expected.self_of_rank);
        check(cost.total_ranks, expected.total_of_rank);
    }
}

TEST_CASE("Values are sorted and equal ones added") {
    const std::vector<Value> sums = sorted_sums({{2, 0, 1, 10}, {1, 1, 1, 10}, {2, 0, 2, 20}, {1, 0, 1, 10}});
    CHECK(sums == std::vector<Value>{{1, 0, 1, 10}, {1, 1, 1, 10}, {2, 0, 3, 30}});
    CHECK(sorted_sums({}).empty());
}

TEST_CASE("Ranks are those that have a process") {
    CHECK(ranks_of(test_support::sample_profile()) == std::vector<std::int32_t>{0, 1});
    CHECK(ranks_of(test_support::small_profile()).empty());
}

}  // namespace
}  // namespace pyprof::profile
