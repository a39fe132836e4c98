#include "imports/cprofile.h"

#include <cmath>
#include <map>

#include "profile/sums.h"
#include "profile/tree.h"
#include "profile/views.h"
#include "tests/support/catch.h"

namespace pyprof::imports {
namespace {

using tracers::CallStatistics;
using tracers::Counts;

// main calls left (1 s of shared) and right (3 s of shared), each with 1 s of its own; main has 2 s.
CallStatistics diamond() {
    CallStatistics statistics;
    statistics.functions = {
        {"a.py", 1, "main", Counts{1, 1, 2, 8}, {}},
        {"a.py", 10, "left", Counts{1, 1, 1, 2}, {{0, Counts{1, 1, 1, 2}}}},
        {"a.py", 20, "right", Counts{1, 1, 1, 4}, {{0, Counts{1, 1, 1, 4}}}},
        {"a.py", 30, "shared", Counts{4, 4, 3.6, 4}, {{1, Counts{1, 1, 0.9, 1}}, {2, Counts{3, 3, 2.7, 3}}}},
        {"~", 0, "<built-in method len>", Counts{4, 4, 0.4, 0.4}, {{3, Counts{4, 4, 0.4, 0.4}}}}};
    return statistics;
}

std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> times_of(const profile::Profile& profile) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> times;
    for (const profile::FunctionRow& row : profile::function_rows(profile))
        times[profile.functions[row.function].name] = {row.cost.self.weight, row.cost.total.weight};
    return times;
}

constexpr std::uint64_t s = 1'000'000'000;

TEST_CASE("Own and cumulative times are cProfile's, and stacks divide between callers") {
    const Result<profile::Profile> profile = from_cprofile(diamond());
    REQUIRE(profile);
    CHECK(profile->metric == profile::Metric{"wall", "nanoseconds"});
    const auto times = times_of(*profile);
    CHECK(times.at("main") == std::pair{2 * s, 8 * s});
    CHECK(times.at("left") == std::pair{s, 2 * s});
    CHECK(times.at("right") == std::pair{s, 4 * s});
    CHECK(times.at("shared") == std::pair{3'600'000'000UL, 4 * s});
    CHECK(times.at("<built-in method len>") == std::pair{400'000'000UL, 400'000'000UL});
    // main, left, right, shared twice, len twice.
    CHECK(profile->contexts.size() == 1 + 7);
}

TEST_CASE("Every nanosecond of every function stands somewhere, also in circles") {
    CallStatistics statistics;
    statistics.functions = {
        {"a.py", 1, "main", Counts{1, 1, 0.1, 3.1}, {}},
        {"a.py", 2, "even", Counts{9, 1, 1.0000001, 3}, {{0, Counts{1, 1, 0.2, 3}}, {2, Counts{8, 0, 0.8, 2.5}}}},
        {"a.py", 3, "odd", Counts{8, 1, 2, 2.9}, {{1, Counts{8, 1, 2, 2.9}}}},
        {"a.py", 4, "lonely", Counts{1, 1, 0.5, 0.5}, {{4, Counts{1, 1, 0.5, 0.5}}}},
        {"a.py", 5, "circle", Counts{1, 1, 0.25, 0.75}, {{3, Counts{1, 1, 0.25, 0.75}}}}};
    const Result<profile::Profile> profile = from_cprofile(statistics);
    REQUIRE(profile);
    for (const auto& function : statistics.functions)
        CHECK(times_of(*profile).at(function.name).first ==
              static_cast<std::uint64_t>(std::llround(function.counts.self_s * 1e9)));
}

TEST_CASE("Many ways through few functions are bounded") {
    // 60 layers of two functions that call both of the next: 2^60 ways.
    CallStatistics statistics;
    for (std::uint32_t layer = 0; layer < 60; layer++) {
        for (std::uint32_t side = 0; side < 2; side++) {
            tracers::CountedFunction function{
                "a.py", 2 * layer + side, "f" + std::to_string(2 * layer + side), Counts{1, 1, 1, 100}, {}};
            if (layer > 0)
                function.callers = {{2 * layer - 2, Counts{1, 1, 0.5, 50}}, {2 * layer - 1, Counts{1, 1, 0.5, 50}}};
            statistics.functions.push_back(function);
        }
    }
    const Result<profile::Profile> profile = from_cprofile(statistics);
    REQUIRE(profile);
    CHECK(profile->contexts.size() <= most_estimated_contexts + 120);
    CHECK(profile::sum_all(*profile).weight == 120 * s);
}

TEST_CASE("Impossible times and nothing are errors") {
    CallStatistics statistics = diamond();
    statistics.functions[0].counts.self_s = 1e300;
    CHECK(!from_cprofile(statistics));
    CHECK(!from_cprofile({}));
}

}  // namespace
}  // namespace pyprof::imports
