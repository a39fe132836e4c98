#include "profile/ratios.h"

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

Profile with_metrics(const std::vector<std::string>& names) {
    Profile profile;
    profile.metric = {"cpu", "nanoseconds"};
    for (const std::string& name : names) profile.measures.push_back({{name, "count"}, {}});
    return profile;
}

TEST_CASE("Instructions per cycle need both") {
    CHECK(ratios_of(with_metrics({"PAPI_TOT_CYC"})).empty());
    const std::vector<Ratio> ratios = ratios_of(with_metrics({"PAPI_TOT_CYC", "PAPI_TOT_INS"}));
    REQUIRE(ratios.size() == 1);
    CHECK(ratios[0].name == "ipc");
    CHECK(value_of(ratios[0], {5, 1, {100, 250}}) == 2.5);
    CHECK(!value_of(ratios[0], {5, 1, {0, 250}}));
}

TEST_CASE("Events with modifiers count as the event") {
    const std::vector<Ratio> ratios = ratios_of(with_metrics({"perf::CYCLES:u=1", "perf::INSTRUCTIONS:u=1"}));
    REQUIRE(ratios.size() == 1);
    CHECK(value_of(ratios[0], {5, 1, {100, 50}}) == 0.5);
    CHECK(ratios_of(with_metrics({"perf::CYCLES2", "perf::INSTRUCTIONS"})).empty());
}

TEST_CASE("A rate is a ratio to the time, wherever the time stands") {
    const std::vector<Ratio> ratios = ratios_of(with_metrics({"perf::PAGE-FAULTS"}));
    REQUIRE(ratios.size() == 1);
    CHECK(value_of(ratios[0], {2'000'000'000, 1, {10}}) == 5);
    Profile wall = with_metrics({"cpu", "perf::PAGE-FAULTS"});
    wall.metric.name = "wall";
    REQUIRE(ratios_of(wall).size() == 1);
    CHECK(value_of(ratios_of(wall)[0], {9'000'000'000, 1, {2'000'000'000, 10}}) == 5);
}

TEST_CASE("The same ratio of two families stands once") {
    CHECK(ratios_of(with_metrics({"PAPI_TOT_CYC", "PAPI_TOT_INS", "perf::CYCLES", "perf::INSTRUCTIONS"})).size() == 1);
}

}  // namespace
}  // namespace pyprof::profile
