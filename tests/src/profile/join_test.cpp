#include "profile/join.h"

#include "profile/load.h"
#include "profile/mpi_calls.h"
#include "profile/select.h"
#include "profile/sums.h"
#include "profile/views.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

TEST_CASE("One profile joined is itself") {
    const Profile profile = test_support::sample_profile();
    CHECK(sum_all(join({profile})) == sum_all(profile));
    CHECK(join({profile}).contexts.size() == profile.contexts.size());
    CHECK(join({profile}).run == profile.run);
}

TEST_CASE("The ranks of a profile joined again give the whole") {
    const Profile whole = test_support::sample_profile();
    const Profile joined = join({only_rank(whole, 0), only_rank(whole, 1)});
    CHECK(sum_all(joined) == sum_all(whole));
    CHECK(joined.contexts.size() == whole.contexts.size());
    CHECK(joined.functions.size() == whole.functions.size());
    CHECK(joined.run.ranks == 2);
    const auto before = function_rows(whole), after = function_rows(joined);
    REQUIRE(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); i++) {
        CHECK(before[i].cost.self == after[i].cost.self);
        CHECK(before[i].cost.total == after[i].cost.total);
    }
}

TEST_CASE("Counted calls stay with their ranks") {
    const Profile whole = test_support::counted_profile();
    const Profile joined = join({only_rank(whole, 1), only_rank(whole, 0)});
    const MpiRow before = mpi_rows(whole).at(0), after = mpi_rows(joined).at(0);
    CHECK(after.counted->count == before.counted->count);
    CHECK(after.counted->wait_ns == before.counted->wait_ns);
    CHECK(after.counted->latest_rank() == before.counted->latest_rank());
}

TEST_CASE("Profiles of different programs keep their own functions and sum their quality") {
    const Profile a = test_support::sample_profile(), b = test_support::small_profile();
    const Profile joined = join({a, b});
    CHECK(sum_all(joined).weight == sum_all(a).weight + sum_all(b).weight);
    CHECK(joined.functions.size() == a.functions.size() + b.functions.size());
    CHECK(joined.quality.samples == a.quality.samples + b.quality.samples);
    CHECK(joined.run.hosts.size() == 3);
}

TEST_CASE("Measures of the same name are added, others stand beside them") {
    const Profile both = join({test_support::measured_profile(), test_support::measured_profile("perf::CYCLES")});
    REQUIRE(both.measures.size() == 3);
    CHECK(both.measures[0].metric.name == "PAPI_TOT_CYC");
    CHECK(both.measures[1].metric.name == "PAPI_TOT_INS");
    CHECK(both.measures[2].metric.name == "perf::CYCLES");
    const std::vector<std::uint64_t> one = sum_all(test_support::measured_profile()).measures;
    CHECK(sum_all(both).measures == std::vector<std::uint64_t>{one[0], 2 * one[1], one[0]});
}

TEST_CASE("A profile of another clock is left out and named") {
    Profile wall = test_support::small_profile();
    wall.metric.name = "wall";
    const Profile joined = join({test_support::small_profile(), wall});
    CHECK(sum_all(joined) == sum_all(test_support::small_profile()));
    CHECK(joined.run.notes.back() == "A profile of wall time was left out of one of cpu time.");
}

}  // namespace
}  // namespace pyprof::profile
